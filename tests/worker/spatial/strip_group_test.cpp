#include "worker/spatial/strip_group.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "partition/canonical_blocks.h"
#include "partition/strip_layout.h"
#include "tests/support/run_ranks.h"
#include "tests/worker/spatial/strip_scene.h"

namespace tessera::testing {
namespace {

using partition::RowRange;

constexpr partition::Extent kLatent{136, 20};

TEST(RowsOnMap, FollowFromTheWidthOfTheMap) {
  EXPECT_EQ(worker::rows_on_map(RowRange{4, 12}, 20, kLatent), (RowRange{4, 12}));
  EXPECT_EQ(worker::rows_on_map(RowRange{4, 12}, 5, kLatent), (RowRange{1, 3}));
  EXPECT_EQ(worker::rows_on_map(RowRange{4, 12}, 160, kLatent), (RowRange{32, 96}));
}

TEST(BlocksIn, AreTheBlocksThatLieInTheRows) {
  const auto blocks = partition::canonical_blocks(24, 4);
  EXPECT_EQ(worker::blocks_in(blocks, {8, 20}), (std::vector<int>{2, 3, 4}));
  EXPECT_EQ(worker::blocks_in(blocks, {}), (std::vector<int>{}));
}

class GatherBlocks : public ::testing::TestWithParam<int> {};

// Uneven strips: members contribute different numbers of blocks.
TEST_P(GatherBlocks, ReturnsAllBlocksInOrderOnEveryMember) {
  run_ranks(GetParam(), [](comm::Communicator& world) {
    const StripScene scene(world, kLatent);
    const worker::StripGroup& group = scene.strips();
    std::vector<at::Tensor> own;
    for (const int block : worker::blocks_in(group.blocks, group.own())) {
      own.push_back(wave({2, 3}, block, 1.0));
    }
    const at::Tensor all = worker::gather_blocks(group, own);
    ASSERT_EQ(all.sizes(), (at::IntArrayRef{34, 2, 3}));
    for (int block = 0; block < 34; ++block) {
      expect_same_bits(all[block], wave({2, 3}, block, 1.0), "block " + std::to_string(block));
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Ranks, GatherBlocks, ::testing::Values(1, 2, 3, 4, 5, 6, 8, 34));

}  // namespace
}  // namespace tessera::testing
