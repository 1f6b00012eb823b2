#pragma once

#include "configs/config_origin.h"
#include "configs/job_config.h"

namespace tessera::configs {

/// Fills the keys whose default is another one for `kind: video` and that no source has set, with
/// the values of FreeScale for VideoCrafter2 (paper, section 4; docs/algorithms.md, "Clips").
void apply_kind(JobConfig& job, ConfigOrigins& origins);

}  // namespace tessera::configs
