#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tessera::storage {

/// A safetensors file of that header and data, valid or not.
inline std::string safetensors_bytes(std::string_view header, std::string_view data) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) {
    bytes += static_cast<char>(static_cast<std::uint64_t>(header.size()) >> (8 * i) & 0xff);
  }
  bytes.append(header).append(data);
  return bytes;
}

}  // namespace tessera::storage
