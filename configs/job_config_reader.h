#pragma once

#include "configs/config_origin.h"
#include "configs/config_sources.h"
#include "configs/config_value.h"
#include "configs/job_config.h"

namespace tessera::configs {

/// A configuration with the source of each of its keys.
struct ResolvedConfig {
  JobConfig job;
  ConfigOrigins origins;
};

/// Reads a configuration. Precedence, highest first: entries of a prompts file, option, environment
/// variable, record of a picture, config file, preset, what method.mode implies, default. Of prompt
/// and prompts_file the one of higher precedence counts, the other is empty. Pure: the same sources
/// give the same configuration on every rank.
///
/// Only single values are checked here; job_config_rules.h checks them against each other.
/// \throws ConfigError for text that is not YAML, an unknown key (with the nearest one), a key that
///         comes twice, a value that its key does not take (with what is allowed), an unknown
///         preset.
ResolvedConfig read_job_config(const ConfigSources& sources);

/// A value as its key understands it, in one line of YAML. \throws ConfigError with the place of
/// what the key does not take.
std::string checked_yaml(const std::string& key, const ConfigValue& value);

/// The name of the environment variable of a key: TESSERA_CASCADE_COSINE_SCALE.
std::string environment_name(const std::string& key);

}  // namespace tessera::configs
