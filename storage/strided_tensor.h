#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "storage/tensor_view.h"

namespace tessera::storage {

/// A tensor that somebody else owns whose elements need not lie side by side. The element at index
/// i begins at byte (offset + sum of i[k] strides[k]) * dtype_bytes(dtype) of `storage`, which is
/// inside of it for every index. Strides are not negative.
struct StridedTensor {
  Dtype dtype = Dtype::F32;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
  std::uint64_t offset = 0;
  std::span<const std::byte> storage;
};

/// The elements in row-major order: a part of the storage if they lie so, else copied into
/// `buffer`.
std::span<const std::byte> row_major_bytes(const StridedTensor& tensor,
                                           std::vector<std::byte>& buffer);

}  // namespace tessera::storage
