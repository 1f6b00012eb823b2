#include "configs/nearest_name.h"

#include <gtest/gtest.h>

#include <vector>

namespace tessera::configs {
namespace {

TEST(EditDistance, CountsSingleLetterChanges) {
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("steps", "step"), 1);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
}

TEST(EditDistance, CountsASwapOfNeighboursOnce) { EXPECT_EQ(edit_distance("seed", "sede"), 1); }

TEST(NearestName, FindsTheLikelyMeaning) {
  const std::vector<std::string> names{"seed", "sampling.steps", "cascade.cosine_scale"};
  EXPECT_EQ(nearest_name("cascade.cosine_scal", names), "cascade.cosine_scale");
  EXPECT_EQ(nearest_name("sede", names), "seed");
}

TEST(NearestName, SaysNothingWhenNoneIsNear) {
  const std::vector<std::string> names{"seed", "sampling.steps"};
  EXPECT_EQ(nearest_name("colour_balance", names), "");
}

}  // namespace
}  // namespace tessera::configs
