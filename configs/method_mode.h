#pragma once

#include "configs/config_origin.h"
#include "configs/job_config.h"

namespace tessera::configs {

/// Fills the keys that `method.mode: official` sets and that no source has set: the constants and
/// rules of the published program (repository ali-vilab/FreeScale, commit d5a2256).
///
/// Also settles which of the two restart keys counts: a source that sets cascade.restart_timestep
/// overrides a cascade.restart_fraction of lower precedence.
void apply_method_mode(JobConfig& job, ConfigOrigins& origins);

}  // namespace tessera::configs
