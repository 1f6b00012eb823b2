#pragma once

#include <string>
#include <vector>

#include "configs/config_key.h"
#include "configs/config_sources.h"

namespace CLI {
class App;
}

namespace tessera::launch {

/// The names of a key's option: --cascade-cosine-scale, --cosine-scale if that last element belongs
/// to no other key, the short form, and spellings of other tools.
std::vector<std::string> option_names(const configs::ConfigKey& key);

/// Adds an option per key, grouped by section, and --set, --height, --width, --skip-existing and
/// --no-metadata. Parsing fills `sources`, which outlives the parse.
void add_key_options(CLI::App& app, configs::ConfigSources& sources);

}  // namespace tessera::launch
