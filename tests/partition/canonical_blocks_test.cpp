#include "partition/canonical_blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace tessera::partition {
namespace {

struct CanvasCase {
  int image_rows;
  int blocks;
  int block_rows;
};

class CanonicalBlocks : public testing::TestWithParam<CanvasCase> {};

TEST_P(CanonicalBlocks, CountAndHeightMatchTheTable) {
  const std::vector<RowRange> blocks = canonical_blocks(GetParam().image_rows / 8, 4);
  EXPECT_EQ(static_cast<int>(blocks.size()), GetParam().blocks);
  for (const RowRange block : blocks) {
    EXPECT_EQ(block.rows(), GetParam().block_rows);
  }
}

INSTANTIATE_TEST_SUITE_P(Canvases, CanonicalBlocks,
                         testing::Values(CanvasCase{256, 8, 4}, CanvasCase{512, 16, 4},
                                         CanvasCase{1024, 32, 4}, CanvasCase{1088, 34, 4},
                                         CanvasCase{2048, 64, 4}, CanvasCase{4096, 64, 8},
                                         CanvasCase{8192, 64, 16}));

TEST(CanonicalBlocks, VideoOf640RowsHasTenBlocksOfOneGrain) {
  const std::vector<RowRange> blocks = canonical_blocks(640 / 8, 8);
  EXPECT_EQ(blocks.size(), 10u);
  EXPECT_EQ(blocks.front(), (RowRange{0, 8}));
}

TEST(CanonicalBlocksProp, BlocksTileTheLatentInWholeGrains) {
  for (const int grain : {1, 2, 4, 8}) {
    for (int grains = 1; grains <= 300; ++grains) {
      int next = 0;
      int shortest = grains;
      int tallest = 0;
      for (const RowRange block : canonical_blocks(grains * grain, grain)) {
        ASSERT_EQ(block.begin, next);
        ASSERT_EQ(block.begin % grain, 0);
        ASSERT_FALSE(block.empty());
        shortest = std::min(shortest, block.rows() / grain);
        tallest = std::max(tallest, block.rows() / grain);
        next = block.end;
      }
      ASSERT_EQ(next, grains * grain);
      ASSERT_LE(tallest - shortest, 1);
    }
  }
}

TEST(CanonicalBlocks, RejectsRowsThatAreNoPositiveMultipleOfTheGrain) {
  EXPECT_THROW(canonical_blocks(0, 4), std::invalid_argument);
  EXPECT_THROW(canonical_blocks(-4, 4), std::invalid_argument);
  EXPECT_THROW(canonical_blocks(10, 4), std::invalid_argument);
  EXPECT_THROW(canonical_blocks(8, 0), std::invalid_argument);
}

}  // namespace
}  // namespace tessera::partition
