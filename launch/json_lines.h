#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "configs/config_value.h"

namespace tessera::launch {

/// The objects of a JSON Lines text, one per line; blank lines are skipped. Places name the line.
/// \param source  name for messages and places.
/// \throws configs::ConfigError with file:line:column for a line that is not JSON, and file:line
/// for
///         one that is no object, has a member twice or is nested deeper than prompts ever are.
std::vector<configs::ConfigValue> read_json_lines(std::string_view text, const std::string& source);

}  // namespace tessera::launch
