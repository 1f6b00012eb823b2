#pragma once

#include <array>
#include <cstdio>
#include <string>

namespace tessera::launch {

/// The values in a printf pattern, cut at 255 bytes. For the short lines of progress and summary.
template <typename... Values>
std::string formatted(const char* pattern, Values... values) {
  std::array<char, 256> text{};
  std::snprintf(text.data(), text.size(), pattern, values...);
  return text.data();
}

}  // namespace tessera::launch
