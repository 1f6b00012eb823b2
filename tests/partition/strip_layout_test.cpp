#include "partition/strip_layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "partition/canonical_blocks.h"

namespace tessera::partition {
namespace {

std::vector<int> block_counts(const StripLayout& layout, int block_rows) {
  std::vector<int> counts;
  for (const RowRange rows : layout.all()) {
    counts.push_back(rows.rows() / block_rows);
  }
  return counts;
}

TEST(StripLayout, ThreeStripsOf64BlocksAre21And21And22) {
  const StripLayout layout = make_strips(canonical_blocks(256, 4), 3);
  EXPECT_EQ(block_counts(layout, 4), (std::vector<int>{21, 21, 22}));
  EXPECT_EQ(layout.tallest_rows(), 88);
  EXPECT_EQ(layout.total_rows(), 256);
}

TEST(StripLayout, TwentyStripsOf64BlocksHoldThreeOrFour) {
  for (const int count : block_counts(make_strips(canonical_blocks(256, 4), 20), 4)) {
    EXPECT_TRUE(count == 3 || count == 4);
  }
}

TEST(StripLayout, RejectsMoreStripsThanBlocks) {
  const std::vector<RowRange> blocks = canonical_blocks(32, 4);
  EXPECT_EQ(make_strips(blocks, 8).strip_count(), 8);
  EXPECT_THROW(make_strips(blocks, 9), std::invalid_argument);
  EXPECT_THROW(make_strips(blocks, 0), std::invalid_argument);
}

TEST(StripLayout, MembersMayHoldNothing) {
  const StripLayout layout({{0, 4}, {4, 4}, {4, 9}, {}});
  EXPECT_EQ(layout.strip_count(), 4);
  EXPECT_EQ(layout.total_rows(), 9);
  EXPECT_TRUE(layout.rows(1).empty());
  EXPECT_TRUE(layout.rows(3).empty());
  EXPECT_EQ(StripLayout().total_rows(), 0);
}

TEST(StripLayout, RejectsGapsOverlapsAndDisorder) {
  EXPECT_THROW(StripLayout({{1, 4}}), std::invalid_argument);
  EXPECT_THROW(StripLayout({{0, 4}, {5, 8}}), std::invalid_argument);
  EXPECT_THROW(StripLayout({{0, 4}, {3, 8}}), std::invalid_argument);
  EXPECT_THROW(StripLayout({{4, 8}, {0, 4}}), std::invalid_argument);
  EXPECT_THROW(StripLayout({{0, 4}, {4, 2}}), std::invalid_argument);
}

TEST(StripLayout, RowsOfAStripThatDoesNotExistIsAnError) {
  EXPECT_THROW(StripLayout({{0, 4}}).rows(1), std::out_of_range);
}

TEST(StripLayout, DeeperLevelsHaveTheSameBoundaries) {
  const StripLayout latent = make_strips(canonical_blocks(136, 4), 5);
  const StripLayout deep = latent.scaled_down(4);
  EXPECT_EQ(deep.total_rows(), 34);
  EXPECT_EQ(deep.scaled_up(4), latent);
  EXPECT_EQ(latent.scaled_up(8).total_rows(), 1088);
  EXPECT_THROW(latent.scaled_down(8), std::invalid_argument);
  EXPECT_THROW(latent.scaled_down(0), std::invalid_argument);
}

TEST(StripLayoutProp, StripsTileTheCanvasAndDifferByOneBlockAtMost) {
  for (const int rows : {4, 32, 64, 136, 168, 256, 512, 1000}) {
    const std::vector<RowRange> blocks = canonical_blocks(rows, 4);
    for (int strips = 1; strips <= static_cast<int>(blocks.size()); ++strips) {
      const StripLayout layout = make_strips(blocks, strips);
      ASSERT_EQ(layout.strip_count(), strips);
      ASSERT_EQ(layout.total_rows(), rows);
      for (const RowRange own : layout.all()) {
        ASSERT_FALSE(own.empty());
        ASSERT_TRUE(std::any_of(blocks.begin(), blocks.end(),
                                [&](RowRange block) { return block.begin == own.begin; }));
      }
    }
  }
}

TEST(StripLayout, HalvesShareTheBlocksOfAStripFirstHalfRoundedUp) {
  const std::vector<RowRange> blocks = canonical_blocks(20, 4);  // 5 blocks
  const std::vector<RowRange> members = split_between_halves(blocks, 2);
  EXPECT_EQ(members, (std::vector<RowRange>{{0, 4}, {8, 16}, {4, 8}, {16, 20}}));
}

TEST(StripLayout, StripOfOneBlockLeavesItsSecondHalfWithNothing) {
  const std::vector<RowRange> members = split_between_halves(canonical_blocks(8, 4), 2);
  EXPECT_EQ(members, (std::vector<RowRange>{{0, 4}, {4, 8}, {}, {}}));
}

TEST(StripLayoutProp, HalvesTogetherHoldExactlyTheirStrip) {
  for (const int rows : {32, 136, 256, 512}) {
    const std::vector<RowRange> blocks = canonical_blocks(rows, 4);
    for (int strips = 1; strips <= static_cast<int>(blocks.size()); ++strips) {
      const StripLayout layout = make_strips(blocks, strips);
      const std::vector<RowRange> members = split_between_halves(blocks, strips);
      for (int s = 0; s < strips; ++s) {
        const RowRange first = members[static_cast<std::size_t>(s)];
        const RowRange second = members[static_cast<std::size_t>(strips + s)];
        ASSERT_EQ(first.begin, layout.rows(s).begin);
        ASSERT_EQ(second.empty() ? first.end : second.end, layout.rows(s).end);
        ASSERT_EQ(first.rows() + second.rows(), layout.rows(s).rows());
        ASSERT_TRUE(layout.rows(s).contains(first));
      }
    }
  }
}

}  // namespace
}  // namespace tessera::partition
