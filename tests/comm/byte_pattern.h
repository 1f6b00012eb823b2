#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "comm/memory_span.h"

namespace tessera::testing {

using Bytes = std::vector<std::byte>;

/// Bytes that tell who made them: byte i of `rank` differs from its neighbours, from the same byte
/// of other ranks and from that of another `salt`.
inline Bytes pattern(int rank, int salt, std::size_t count) {
  Bytes bytes(count);
  const auto start = static_cast<std::uint32_t>(rank * 31 + salt * 17 + 1);
  for (std::size_t i = 0; i < count; ++i) {
    bytes[i] = static_cast<std::byte>(start + static_cast<std::uint32_t>(i * 7 + i / 251));
  }
  return bytes;
}

inline comm::MemorySpan span_of(Bytes& bytes) { return {bytes.data(), bytes.size()}; }
inline comm::ConstMemorySpan const_span_of(const Bytes& bytes) {
  return {bytes.data(), bytes.size()};
}

}  // namespace tessera::testing
