#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tessera::configs {

/// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other.
int edit_distance(std::string_view a, std::string_view b);

/// The name that `wrong` most likely meant, or "" if none is near (more than a third of the letters
/// would change). Of equally near names the first.
std::string nearest_name(std::string_view wrong, std::span<const std::string> names);

}  // namespace tessera::configs
