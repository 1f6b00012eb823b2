#include "model/sampling/noise_schedule.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>

namespace tessera::model {
namespace {

/// sqrt((1 - abar) / abar) of every training timestep, in the fp32 operations of diffusers.
std::vector<float> sigma_table(const SchedulerConfig& config) {
  const at::Tensor roots = at::linspace(std::sqrt(config.beta_start), std::sqrt(config.beta_end),
                                        config.train_steps, at::kFloat);
  const at::Tensor abar = at::cumprod(1.0 - roots * roots, 0);
  const at::Tensor sigmas = at::sqrt((1.0 - abar) / abar).contiguous();
  const float* values = sigmas.const_data_ptr<float>();
  return {values, values + sigmas.numel()};
}

/// Leading spacing with an offset may ask for t = T, one past the table: its last entry is used.
float sigma_at(const std::vector<float>& table, double timestep) {
  const auto index = static_cast<std::size_t>(timestep);
  return table[std::min(index, table.size() - 1)];
}

}  // namespace

std::vector<double> make_timesteps(const SchedulerConfig& config, int steps,
                                   TimestepSpacing spacing) {
  if (steps < 1 || steps > config.train_steps) {
    throw std::invalid_argument("a schedule of " + std::to_string(steps) +
                                " steps was asked for; the model allows 1 to " +
                                std::to_string(config.train_steps));
  }
  std::vector<double> timesteps;
  const double train_steps = config.train_steps;
  for (int i = 0; i < steps; ++i) {
    if (spacing == TimestepSpacing::Leading) {
      timesteps.push_back(config.train_steps / steps * (steps - 1 - i) + config.steps_offset);
    } else {
      // Ties go to the even number, as in numpy.
      timesteps.push_back(std::nearbyint(train_steps - i * (train_steps / steps)) - 1);
    }
  }
  return timesteps;
}

NoiseSchedule make_schedule(const SchedulerConfig& config, int steps, TimestepSpacing spacing) {
  NoiseSchedule schedule;
  schedule.timesteps = make_timesteps(config, steps, spacing);
  const std::vector<float> table = sigma_table(config);
  const double train_steps = config.train_steps;
  for (const double timestep : schedule.timesteps) {
    schedule.sigmas.push_back(sigma_at(table, timestep));
    const double angle = std::numbers::pi * (train_steps - timestep) / train_steps;
    schedule.cosine_u.push_back(0.5 * (1 + std::cos(angle)));
  }
  const float highest = schedule.sigmas.front();
  schedule.init_noise_sigma =
      spacing == TimestepSpacing::Trailing ? highest : std::sqrt(highest * highest + 1.0F);
  schedule.sigmas.push_back(0.0F);
  return schedule;
}

}  // namespace tessera::model
