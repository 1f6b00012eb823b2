#pragma once

#include <cstring>

#include "comm/memory_span.h"

namespace tessera::comm {

/// Copies a contribution to its place in host memory; nothing to do if it already lies there.
/// Sizes are equal: checked by the caller.
inline void copy_bytes(ConstMemorySpan from, std::byte* to) {
  if (from.bytes > 0 && from.data != to) std::memmove(to, from.data, from.bytes);
}

}  // namespace tessera::comm
