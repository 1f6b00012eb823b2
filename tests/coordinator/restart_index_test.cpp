#include "coordinator/restart_index.h"

#include <gtest/gtest.h>

#include <vector>

namespace tessera::coordinator {
namespace {

using worker::TimestepSpacing;

worker::SamplingPlan sampling(int steps, TimestepSpacing spacing = TimestepSpacing::Leading) {
  worker::SamplingPlan plan;
  plan.steps = steps;
  plan.spacing = spacing;
  return plan;
}

TEST(TimestepOf, LeadingCountsDownToTheOffset) {
  EXPECT_EQ(timestep_of(TimestepSpacing::Leading, 0, 50, 1), 981);
  EXPECT_EQ(timestep_of(TimestepSpacing::Leading, 15, 50, 1), 681);
  EXPECT_EQ(timestep_of(TimestepSpacing::Leading, 49, 50, 1), 1);
  EXPECT_EQ(timestep_of(TimestepSpacing::Leading, 0, 7, 1), 142 * 6 + 1);
}

TEST(TimestepOf, TrailingStartsAtTheLastTrainingStep) {
  const std::vector<int> turbo{999, 749, 499, 249};
  for (int step = 0; step < 4; ++step) {
    EXPECT_EQ(timestep_of(TimestepSpacing::Trailing, step, 4, 1),
              turbo[static_cast<std::size_t>(step)]);
  }
  EXPECT_EQ(timestep_of(TimestepSpacing::Trailing, 1, 3, 1), 666);  // 666.67 rounds to 667
}

TEST(RestartAtTimestep, IsTheFirstStepAtOrBelow700) {
  EXPECT_EQ(restart_at_timestep(sampling(50), 1, 700), 15);
  EXPECT_EQ(restart_at_timestep(sampling(30), 1, 700), 8);
  EXPECT_EQ(restart_at_timestep(sampling(20), 1, 700), 6);
  EXPECT_EQ(restart_at_timestep(sampling(4, TimestepSpacing::Trailing), 1, 500), 2);
}

TEST(RestartAtTimestep, TakesAStepThatIsExactlyThere) {
  EXPECT_EQ(restart_at_timestep(sampling(50), 1, 681), 15);
  EXPECT_EQ(restart_at_timestep(sampling(50), 1, 680), 16);
}

TEST(RestartAtTimestep, LeavesAtLeastOneStep) {
  EXPECT_EQ(restart_at_timestep(sampling(1), 1, 1), 0);
  EXPECT_EQ(restart_at_timestep(sampling(3), 500, 1), 2);
}

TEST(RestartAtFraction, FollowsTheReleasedProgram) {
  EXPECT_EQ(restart_at_fraction(sampling(50), 0.3), 15);
  EXPECT_EQ(restart_at_fraction(sampling(30), 0.3), 9);
  EXPECT_EQ(restart_at_fraction(sampling(20), 0.3), 6);
  EXPECT_EQ(restart_at_fraction(sampling(10), 0.3), 3);
  EXPECT_EQ(restart_at_fraction(sampling(4), 0.5), 2);
}

TEST(RestartAtFraction, LeavesAtLeastOneStep) {
  EXPECT_EQ(restart_at_fraction(sampling(7), 1.0), 6);
  EXPECT_EQ(restart_at_fraction(sampling(7), 0.0), 0);
}

}  // namespace
}  // namespace tessera::coordinator
