#include "coordinator/restart_index.h"

#include <algorithm>
#include <cmath>

namespace tessera::coordinator {
namespace {

constexpr int kTrainingSteps = 1000;

}  // namespace

int timestep_of(worker::TimestepSpacing spacing, int step, int steps, int offset) {
  if (spacing == worker::TimestepSpacing::Leading) {
    return kTrainingSteps / steps * (steps - 1 - step) + offset;
  }
  const double ratio = static_cast<double>(kTrainingSteps) / steps;
  return static_cast<int>(std::nearbyint(kTrainingSteps - step * ratio)) - 1;
}

int restart_at_timestep(const worker::SamplingPlan& sampling, int offset, int timestep) {
  int step = 0;
  while (step + 1 < sampling.steps &&
         timestep_of(sampling.spacing, step, sampling.steps, offset) > timestep) {
    ++step;
  }
  return step;
}

int restart_at_fraction(const worker::SamplingPlan& sampling, double fraction) {
  const int step = static_cast<int>(std::floor(fraction * sampling.steps));
  return std::clamp(step, 0, sampling.steps - 1);
}

}  // namespace tessera::coordinator
