#include "coordinator/restart_index.h"

#include <gtest/gtest.h>

#include <vector>

#include "worker/timesteps.h"

namespace tessera::coordinator {
namespace {

/// Of the published model, or of one that was trained otherwise.
int restart(int highest, int steps, int train_steps = 1000,
            worker::TimestepSpacing spacing = worker::TimestepSpacing::Leading) {
  worker::ModelOutline model;
  model.train_steps = train_steps;
  worker::SamplingPlan sampling;
  sampling.steps = steps;
  sampling.spacing = spacing;
  return restart_at_timestep(worker::timesteps_of(model, sampling), highest);
}

TEST(RestartAtTimestep, IsTheFirstStepAtOrBelow700) {
  EXPECT_EQ(restart(700, 50), 15);
  EXPECT_EQ(restart(700, 30), 8);
  EXPECT_EQ(restart(700, 20), 6);
  EXPECT_EQ(restart(500, 4, 1000, worker::TimestepSpacing::Trailing), 2);
}

TEST(RestartAtTimestep, CountsInTheTimestepsOfTheModel) {
  EXPECT_EQ(restart(700, 50, 2000), 32);  // 40 (49 - i) + 1 <= 700
  EXPECT_EQ(restart(700, 50, 500), 0);    // 491 is the highest
}

TEST(RestartAtTimestep, TakesAStepThatIsExactlyThere) {
  EXPECT_EQ(restart(681, 50), 15);
  EXPECT_EQ(restart(680, 50), 16);
}

TEST(RestartAtTimestep, LeavesAtLeastOneStep) {
  EXPECT_EQ(restart_at_timestep(std::vector<double>{1}, 0), 0);
  EXPECT_EQ(restart_at_timestep(std::vector<double>{999, 749, 499, 249}, 100), 3);
}

TEST(RestartAtFraction, FollowsTheReleasedProgram) {
  EXPECT_EQ(restart_at_fraction(50, 0.3), 15);
  EXPECT_EQ(restart_at_fraction(30, 0.3), 9);
  EXPECT_EQ(restart_at_fraction(20, 0.3), 6);
  EXPECT_EQ(restart_at_fraction(10, 0.3), 3);
  EXPECT_EQ(restart_at_fraction(4, 0.5), 2);
}

TEST(RestartAtFraction, LeavesAtLeastOneStep) {
  EXPECT_EQ(restart_at_fraction(7, 1.0), 6);
  EXPECT_EQ(restart_at_fraction(7, 0.0), 0);
}

}  // namespace
}  // namespace tessera::coordinator
