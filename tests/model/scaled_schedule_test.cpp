#include "model/sampling/scaled_schedule.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tessera::model {
namespace {

const ScaledLevel& level_at(const ScaledSchedule& schedule, int timestep) {
  for (const ScaledLevel& level : schedule) {
    if (level.timestep == timestep) return level;
  }
  throw std::runtime_error("no such timestep");
}

TEST(ScaledSchedule, RunsMoreStepsThanAskedForWhereTheyDoNotDivideTheTable) {
  EXPECT_EQ(scaled_timesteps(1000, 5), (std::vector<int>{1, 201, 401, 601, 801}));
  EXPECT_EQ(scaled_timesteps(1000, 7).size(), 8U);
  EXPECT_EQ(scaled_timesteps(1000, 30).size(), 31U);
  EXPECT_EQ(scaled_timesteps(1000, 48).size(), 50U);
  EXPECT_EQ(scaled_timesteps(1000, 500).back(), 999);
}

TEST(ScaledSchedule, NeverAsksForTheTimestepBehindTheTable) {
  EXPECT_EQ(scaled_timesteps(1000, 3), (std::vector<int>{1, 334, 667}));
  for (int steps = 1; steps <= 500; ++steps) {
    EXPECT_LT(scaled_timesteps(1000, steps).back(), 1000) << steps;
    EXPECT_GE(scaled_timesteps(1000, steps).size(), static_cast<std::size_t>(steps)) << steps;
  }
}

TEST(ScaledSchedule, RefusesMoreThanEveryOtherTimestep) {
  EXPECT_THROW(scaled_timesteps(1000, 501), std::invalid_argument);
  EXPECT_THROW(scaled_timesteps(1000, 0), std::invalid_argument);
  EXPECT_THROW(make_scaled_schedule({}, 50, -0.1), std::invalid_argument);
}

/// Values recorded from VideoCrafter (50 steps, eta 1), nine digits.
TEST(ScaledSchedule, HasTheTablesOfVideoCrafter) {
  struct Row {
    int timestep;
    double alpha, alpha_prev, scale, sigma;
  };
  const ScaledSchedule schedule = make_scaled_schedule({}, 50, 1);
  ASSERT_EQ(schedule.size(), 50U);
  for (const Row& row : {Row{1, 0.998296022, 0.999149978, 0.999248147, 0.020648354},
                         Row{301, 0.588818729, 0.622385383, 0.773684204, 0.222552288},
                         Row{681, 0.094636910, 0.108738549, 0.7, 0.357300982},
                         Row{981, 0.005775500, 0.007281727, 0.7, 0.454463286}}) {
    const ScaledLevel& level = level_at(schedule, row.timestep);
    EXPECT_NEAR(level.alpha, row.alpha, 1e-9) << row.timestep;
    EXPECT_NEAR(level.alpha_prev, row.alpha_prev, 1e-9) << row.timestep;
    EXPECT_NEAR(level.scale, row.scale, 2e-8) << row.timestep;
    EXPECT_NEAR(level.sigma, row.sigma, 2e-8) << row.timestep;
  }
}

TEST(ScaledSchedule, FallsAndEndsAtTheFirstEntryOfTheTables) {
  const ScaledSchedule schedule = make_scaled_schedule({}, 50, 0);
  EXPECT_EQ(schedule.front().timestep, 981);
  EXPECT_EQ(schedule.back().timestep, 1);
  EXPECT_EQ(schedule.back().scale_prev, 1);
  EXPECT_LT(schedule.back().alpha_prev, 1);
  EXPECT_EQ(schedule[10].alpha_prev, schedule[11].alpha);
  EXPECT_EQ(schedule[10].scale_prev, schedule[11].scale);
  EXPECT_EQ(schedule[10].sigma, 0);
  EXPECT_NEAR(schedule.front().cosine_u, 0.99911, 1e-5);
  EXPECT_LT(schedule.back().cosine_u, 1e-5);
}

TEST(ScaledSchedule, ScalesOnlyWhereTheModelSaysSo) {
  VideoScheduleConfig config;
  config.scale_end.reset();
  for (const ScaledLevel& level : make_scaled_schedule(config, 10, 0)) {
    EXPECT_EQ(level.scale, 1);
    EXPECT_EQ(level.scale_prev, 1);
  }
}

}  // namespace
}  // namespace tessera::model
