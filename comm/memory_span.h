#pragma once

#include <cstddef>

namespace tessera::comm {

/// Bytes to be filled, in host or device memory as the communicator's backend expects.
struct MemorySpan {
  std::byte* data = nullptr;
  std::size_t bytes = 0;
};

/// Bytes to be read.
struct ConstMemorySpan {
  const std::byte* data = nullptr;
  std::size_t bytes = 0;

  ConstMemorySpan() = default;
  ConstMemorySpan(const std::byte* first, std::size_t count) : data(first), bytes(count) {}
  ConstMemorySpan(MemorySpan span) : data(span.data), bytes(span.bytes) {}  // NOLINT: widening
};

}  // namespace tessera::comm
