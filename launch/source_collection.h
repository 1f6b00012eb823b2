#pragma once

#include <string>
#include <vector>

#include "configs/config_sources.h"
#include "launch/command_line.h"
#include "launch/console.h"

namespace tessera::launch {

/// Gathers all that a configuration is read from, on rank 0: the options, the environment, the
/// config file (-c or TESSERA_CONFIG), the record of the picture of --from with the files it was
/// made from, the prompt from the standard input for `-p -`, and a drawn seed for the seed -1.
/// \throws configs::ConfigError; storage errors for files that cannot be read.
configs::ConfigSources collect_sources(const CommandLine& line, Console& console);

/// TESSERA_* variables as settings. A name that is no key is left out; a warning tells it, if it
/// looks like a key that is spelled wrong. \param variables  NAME, VALUE.
std::vector<configs::ConfigSources::Setting> environment_settings(
    const std::vector<std::pair<std::string, std::string>>& variables, Console& console);

}  // namespace tessera::launch
