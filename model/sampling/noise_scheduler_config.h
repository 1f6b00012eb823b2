#pragma once

#include <filesystem>

namespace tessera::model {

/// How the timesteps of N steps are spread over the training timesteps.
enum class TimestepSpacing {
  Leading,   ///< floor(T/N) (N-1-i) + offset
  Trailing,  ///< round(T - i T/N) - 1
};

/// What a run takes from scheduler_config.json (diffusers' field names). Its timestep_spacing is
/// not read: `sampling.timestep_spacing` decides.
struct SchedulerConfig {
  int train_steps = 1000;  ///< T, num_train_timesteps
  int steps_offset = 1;    ///< used by leading spacing only
  double beta_start = 0.00085;
  double beta_end = 0.012;  ///< beta_schedule is scaled_linear
};

/// \throws storage::MissingFileError if there is no such file; storage::DataError naming file and
///         field for another sampler, prediction type, beta or sigma schedule.
SchedulerConfig read_scheduler_config(const std::filesystem::path& config_json);

}  // namespace tessera::model
