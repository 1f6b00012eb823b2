#pragma once

#include <functional>
#include <string>

#include "configs/config_key.h"
#include "configs/job_config_reader.h"

namespace tessera::configs {

/// The merged configuration as a YAML file, the origin of each value as a comment.
std::string config_as_yaml(const ResolvedConfig& resolved);

/// The same as one JSON object: {"seed": {"value": 123, "origin": "default"}, ...}.
std::string config_as_json(const ResolvedConfig& resolved);

/// The keys that `wanted` accepts, with their values: {"seed": 123, "sampling.steps": 50, ...}.
/// A config file may hold the text, since JSON is YAML and dots name the keys of sections.
std::string keys_as_json(const JobConfig& job, const std::function<bool(const ConfigKey&)>& wanted);

}  // namespace tessera::configs
