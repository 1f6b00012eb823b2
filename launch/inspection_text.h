#pragma once

#include <string>

namespace tessera::launch {

/// A JSON object as lines for people: `key: value`, members of objects indented by two, one element
/// of a list of objects per line; what is null, empty or "" is left out. No newline at the end.
/// \throws std::invalid_argument for text that is no JSON object.
std::string inspection_text(const std::string& json);

}  // namespace tessera::launch
