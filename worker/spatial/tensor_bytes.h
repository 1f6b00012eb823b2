#pragma once

#include <ATen/core/Tensor.h>

#include "comm/memory_span.h"

namespace tessera::worker {

/// Bytes of a contiguous tensor, for a communicator.
inline comm::ConstMemorySpan bytes_of(const at::Tensor& tensor) {
  return {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()};
}

inline comm::MemorySpan mutable_bytes_of(at::Tensor& tensor) {
  return {static_cast<std::byte*>(tensor.mutable_data_ptr()), tensor.nbytes()};
}

}  // namespace tessera::worker
