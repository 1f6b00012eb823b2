#include "coordinator/strip_choice.h"

#include <gtest/gtest.h>

#include "partition/canonical_blocks.h"
#include "partition/strip_layout.h"

namespace tessera::coordinator {
namespace {

using partition::canonical_blocks;

TEST(ChooseStrips, UsesEveryRankThatMakesTheTallestStripShorter) {
  const auto blocks = canonical_blocks(128, 4);  // 32 blocks
  EXPECT_EQ(choose_strips(blocks, 1, {}), 1);
  EXPECT_EQ(choose_strips(blocks, 2, {}), 2);
  EXPECT_EQ(choose_strips(blocks, 3, {}), 3);
  EXPECT_EQ(choose_strips(blocks, 8, {}), 8);
}

TEST(ChooseStrips, LeavesOutRanksThatWouldNotMakeItFaster) {
  const auto blocks = canonical_blocks(32, 4);  // 8 blocks
  EXPECT_EQ(choose_strips(blocks, 5, {}), 4);   // 5 strips have 2 blocks at most, as 4 have
  EXPECT_EQ(choose_strips(blocks, 7, {}), 4);
  EXPECT_EQ(choose_strips(canonical_blocks(1024, 4), 20, {}), 16);  // 64 blocks
}

TEST(ChooseStrips, NeverExceedsTheBlocks) {
  EXPECT_EQ(choose_strips(canonical_blocks(32, 4), 100, {}), 8);
  EXPECT_EQ(choose_strips(canonical_blocks(4, 4), 100, {}), 1);
}

TEST(ChooseStrips, TakesTheUsersNumberAsItIs) {
  const auto blocks = canonical_blocks(32, 4);
  EXPECT_EQ(choose_strips(blocks, 8, 5), 5);
  EXPECT_EQ(choose_strips(blocks, 8, 1), 1);
  EXPECT_EQ(choose_strips(blocks, 100, 20), 8);
}

TEST(ChooseStripsProp, TallestStripIsThatOfAllRanks) {
  for (int rows = 4; rows <= 400; rows += 4) {
    const auto blocks = canonical_blocks(rows, 4);
    for (int ranks = 1; ranks <= 70; ++ranks) {
      const int most = std::min(ranks, static_cast<int>(blocks.size()));
      const int chosen = choose_strips(blocks, ranks, {});
      ASSERT_LE(chosen, most);
      ASSERT_EQ(partition::make_strips(blocks, chosen).tallest_rows(),
                partition::make_strips(blocks, most).tallest_rows())
          << rows << " rows, " << ranks << " ranks";
    }
  }
}

}  // namespace
}  // namespace tessera::coordinator
