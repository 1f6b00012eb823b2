#pragma once

#include <string>

#include "configs/config_value.h"

namespace tessera::configs {

/// One YAML document as values with their places. An empty document is an empty map.
/// \param source  name for messages.
/// \throws ConfigError with file:line:column for text that is not YAML, a name that is not a
///         scalar or comes twice in a map, or more values than a configuration can have.
ConfigValue parse_yaml(const std::string& text, const std::string& source);

}  // namespace tessera::configs
