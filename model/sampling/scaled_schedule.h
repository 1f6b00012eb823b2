#pragma once

#include <vector>

#include "model/video/video_model_config.h"

namespace tessera::model {

/// Noise levels of one step of DDIM in variance-preserving form, x_t = sqrt(a) s x0 + sqrt(1 - a)
/// n. Values are those of fp32 tables (VideoCrafter).
struct ScaledLevel {
  int timestep = 0;
  double alpha = 1;       ///< a, the product of 1 - beta up to the timestep
  double alpha_prev = 1;  ///< a of the next lower timestep; of timestep 0 in the last step
  double scale = 1;       ///< s of the timestep
  double scale_prev = 1;  ///< s of the next lower timestep; of timestep 0 in the last step
  double sigma = 0;     ///< eta sqrt((1 - a') / (1 - a) (1 - a / a')), deviation of the added noise
  double cosine_u = 1;  ///< 0.5 (1 + cos(pi (T - t) / T)) of the detail blend
};

/// One entry per step in the order of sampling: timesteps fall.
using ScaledSchedule = std::vector<ScaledLevel>;

/// Timesteps 1, 1 + c, 1 + 2 c, ... below T with c = floor(T / steps), rising. These may be more
/// than `steps` where c does not divide T (VideoCrafter, which fails where the list ends with T).
/// \throws std::invalid_argument unless 1 <= steps <= T / 2.
std::vector<int> scaled_timesteps(int train_steps, int steps);

/// betas are the squares of T equal steps from sqrt(beta_start) to sqrt(beta_end); a is their
/// product in double, rounded to fp32. s falls linearly from 1 to scale_end over the first 400
/// timesteps and stays there.
/// \param eta  0: deterministic. \throws std::invalid_argument as scaled_timesteps, or for eta < 0.
ScaledSchedule make_scaled_schedule(const VideoScheduleConfig& config, int steps, double eta);

}  // namespace tessera::model
