#pragma once

#include <optional>
#include <string>

#include "configs/checkpoint_config.h"
#include "launch/slurm_job.h"

namespace tessera::launch {

/// When a run has to have ended, from now on.
struct TimeLimit {
  std::optional<double> seconds_left;  ///< empty: no limit, or not known
  std::string warning;                 ///< for the user, or ""
};

/// What `checkpoint.time_limit` means here. Rank 0, at the start.
/// \param job  of this process, if any; `auto` asks Slurm about it.
TimeLimit settle_time_limit(const configs::CheckpointConfig& checkpoint,
                            const std::optional<SlurmJob>& job, const RunCommand& run);

}  // namespace tessera::launch
