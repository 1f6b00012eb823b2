#include "worker/timesteps.h"

#include "model/sampling/noise_schedule.h"
#include "model/sampling/scaled_schedule.h"
#include "worker/schedule_spacing.h"

namespace tessera::worker {

std::vector<double> timesteps_of(const ModelOutline& model, const SamplingPlan& sampling) {
  model::SchedulerConfig scheduler;
  scheduler.train_steps = model.train_steps;
  scheduler.steps_offset = model.steps_offset;
  return model::make_timesteps(scheduler, sampling.steps, schedule_spacing(sampling.spacing));
}

std::vector<double> clip_timesteps_of(const ModelOutline& model, int steps) {
  const std::vector<int> rising = model::scaled_timesteps(model.train_steps, steps);
  return {rising.rbegin(), rising.rend()};
}

}  // namespace tessera::worker
