#pragma once

#include <string>
#include <vector>

#include "configs/config_origin.h"
#include "configs/job_config.h"

namespace tessera::configs {

/// Checks values against each other: what can be known without the model and the rank count. The
/// planner checks the rest.
/// \returns warnings for the user, one sentence each.
/// \throws ConfigError naming the key, the value, its origin and what would be legal.
std::vector<std::string> check_job_config(const JobConfig& job, const ConfigOrigins& origins);

/// Checks that what a render cannot do without is there: a prompt, a model, and the initial image
/// of the preset freescale-imgen. \throws ConfigError naming the key and how to give it.
void check_render_inputs(const JobConfig& job);

}  // namespace tessera::configs
