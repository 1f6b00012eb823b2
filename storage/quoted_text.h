#pragma once

#include <string>
#include <string_view>

namespace tessera::storage {

/// Text from a file that nobody checked, for a message: in quotes, control characters, quotes and
/// bytes beyond ASCII as \xNN, cut after 200 bytes.
std::string quoted_text(std::string_view text);

}  // namespace tessera::storage
