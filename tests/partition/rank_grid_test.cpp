#include "partition/rank_grid.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tessera::partition {
namespace {

TEST(RankGrid, EvenWorldWithGuidanceHasTwoHalves) {
  EXPECT_EQ(make_rank_grid(2, Guidance::On, GuidanceSplit::Auto), (RankGrid{2, 2, 1}));
  EXPECT_EQ(make_rank_grid(8, Guidance::On, GuidanceSplit::Auto), (RankGrid{8, 2, 4}));
}

TEST(RankGrid, OddWorldWithGuidanceHasOneHalf) {
  EXPECT_EQ(make_rank_grid(1, Guidance::On, GuidanceSplit::Auto), (RankGrid{1, 1, 1}));
  EXPECT_EQ(make_rank_grid(7, Guidance::On, GuidanceSplit::Auto), (RankGrid{7, 1, 7}));
}

TEST(RankGrid, WithoutGuidanceThereIsOneHalf) {
  for (const GuidanceSplit split : {GuidanceSplit::Auto, GuidanceSplit::On, GuidanceSplit::Off}) {
    EXPECT_EQ(make_rank_grid(6, Guidance::Off, split), (RankGrid{6, 1, 6}));
  }
}

TEST(RankGrid, SplitOffKeepsOneHalf) {
  EXPECT_EQ(make_rank_grid(6, Guidance::On, GuidanceSplit::Off), (RankGrid{6, 1, 6}));
}

TEST(RankGrid, SplitOnOfAnOddWorldLeavesTheLastRankWithoutAPlace) {
  const RankGrid grid = make_rank_grid(5, Guidance::On, GuidanceSplit::On);
  EXPECT_EQ(grid, (RankGrid{5, 2, 2}));
  EXPECT_TRUE(grid.has_place(3));
  EXPECT_FALSE(grid.has_place(4));
  EXPECT_EQ(make_rank_grid(1, Guidance::On, GuidanceSplit::On), (RankGrid{1, 1, 1}));
}

TEST(RankGrid, HalvesAreContiguousRanks) {
  const RankGrid grid = make_rank_grid(6, Guidance::On, GuidanceSplit::Auto);
  EXPECT_EQ(grid.place(2), (RankPlace{0, 2}));
  EXPECT_EQ(grid.place(3), (RankPlace{1, 0}));
}

TEST(RankGridProp, PlaceAndRankAreInverse) {
  for (int world = 1; world <= 40; ++world) {
    for (const GuidanceSplit split : {GuidanceSplit::Auto, GuidanceSplit::On, GuidanceSplit::Off}) {
      const RankGrid grid = make_rank_grid(world, Guidance::On, split);
      for (int rank = 0; rank < world; ++rank) {
        if (grid.has_place(rank)) {
          ASSERT_EQ(grid.rank_of(grid.place(rank)), rank);
          ASSERT_LT(grid.place(rank).half, grid.halves);
        }
      }
    }
  }
}

TEST(RankGrid, RejectsAnEmptyWorld) {
  EXPECT_THROW(make_rank_grid(0, Guidance::On, GuidanceSplit::Auto), std::invalid_argument);
}

}  // namespace
}  // namespace tessera::partition
