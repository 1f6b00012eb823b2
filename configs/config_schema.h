#pragma once

#include <string>

namespace tessera::configs {

/// The JSON Schema (2020-12) of a configuration file, made from config_keys(); ends with a newline.
/// configs/schema.json is a copy.
std::string config_schema_json();

/// The table of all keys for configs/README.md: key, type, default, whether it changes the picture,
/// notes. Markdown, one row per key.
std::string config_key_table();

}  // namespace tessera::configs
