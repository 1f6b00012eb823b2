#include "worker/timesteps.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "model/sampling/noise_schedule.h"
#include "tests/worker/tiny_task.h"

namespace tessera::testing {
namespace {

worker::SamplingPlan sampling(int steps, worker::TimestepSpacing spacing) {
  worker::SamplingPlan plan;
  plan.steps = steps;
  plan.spacing = spacing;
  return plan;
}

TEST(TimestepsOf, ArePlacedByTheSchedulerOfTheModel) {
  worker::ModelOutline model;
  model.train_steps = 400;
  model.steps_offset = 3;
  EXPECT_EQ(timesteps_of(model, sampling(4, worker::TimestepSpacing::Leading)),
            (std::vector<double>{303, 203, 103, 3}));
  EXPECT_EQ(timesteps_of(model, sampling(4, worker::TimestepSpacing::Trailing)),
            (std::vector<double>{399, 299, 199, 99}));
}

// Planning and rendering must agree, or a stage begins at another noise level than was planned.
TEST(TimestepsOf, AreThoseOfTheRender) {
  const worker::ModelOutline model = worker::read_model_outline(parity_model_directory());
  const model::SchedulerConfig scheduler =
      model::read_scheduler_config(parity_model_directory() + "/scheduler/scheduler_config.json");
  EXPECT_EQ(timesteps_of(model, sampling(7, worker::TimestepSpacing::Leading)),
            model::make_schedule(scheduler, 7, model::TimestepSpacing::Leading).timesteps);
}

TEST(TimestepsOf, RefuseMoreStepsThanTheModelWasTrainedWith) {
  worker::ModelOutline model;
  model.train_steps = 20;
  EXPECT_THROW(timesteps_of(model, sampling(21, worker::TimestepSpacing::Leading)),
               std::invalid_argument);
}

}  // namespace
}  // namespace tessera::testing
