#pragma once

#include <vector>

#include "model/sampling/noise_scheduler_config.h"

namespace tessera::model {

/// Noise levels of one sampling run in variance-exploding form.
struct NoiseSchedule {
  std::vector<double> timesteps;  ///< t_i, N of them, falling
  std::vector<float> sigmas;      ///< sigma_i, N + 1 of them; the last is 0
  std::vector<double> cosine_u;   ///< u_i = 0.5 (1 + cos(pi (T - t_i) / T)) of the detail blend
  double init_noise_sigma = 1;    ///< factor of the initial noise

  int steps() const { return static_cast<int>(timesteps.size()); }
};

/// Timesteps of `steps` steps, as the sampler of diffusers 0.20.2 places them.
/// \throws std::invalid_argument unless 1 <= steps <= config.train_steps.
std::vector<double> make_timesteps(const SchedulerConfig& config, int steps,
                                   TimestepSpacing spacing);

/// The schedule of `steps` steps.
///
/// betas = linspace(sqrt(beta_start), sqrt(beta_end), T)^2 and abar = cumprod(1 - beta) in fp32;
/// sigma_i = sqrt((1 - abar) / abar) at t_i. init_noise_sigma: sqrt(sigma_0^2 + 1) with leading,
/// sigma_0 with trailing spacing, for both samplers (diffusers 0.20.2).
/// \throws std::invalid_argument unless 1 <= steps <= config.train_steps.
NoiseSchedule make_schedule(const SchedulerConfig& config, int steps, TimestepSpacing spacing);

}  // namespace tessera::model
