#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "configs/config_key.h"

namespace tessera::configs {

/// Every key of schema version 1, in the order of the documentation.
///
/// The only description of the keys: the reader, the command line, `config show`, the schema and
/// the check of configs/README.md follow it. Made once; any thread.
const std::vector<ConfigKey>& config_keys();

/// nullptr if there is no such key.
const ConfigKey* find_key(std::string_view path);

/// The key that `wrong` most likely meant, or "". A last element alone finds its full path.
std::string nearest_key(std::string_view wrong);

/// The section of a key: "cascade" of "cascade.base", "" of "seed".
std::string section_of(const std::string& path);
/// The last element of a key.
std::string last_element_of(const std::string& path);

}  // namespace tessera::configs
