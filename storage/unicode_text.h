#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tessera::storage {

/// The code points of UTF-8 text; U+FFFD for each byte that is not part of a valid sequence and for
/// NUL, which no picture format can hold.
std::u32string code_points(std::string_view utf8);

std::string utf8_of(std::u32string_view code_points);

/// The text in Latin-1 if it consists of what a PNG tEXt chunk may hold: printable Latin-1 and line
/// feeds. Nothing otherwise.
std::optional<std::string> latin1_of(std::u32string_view code_points);

/// Latin-1 bytes as UTF-8.
std::string utf8_of_latin1(std::string_view latin1);

}  // namespace tessera::storage
