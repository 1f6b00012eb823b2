#include "storage/strided_tensor.h"

#include <cstring>

namespace tessera::storage {
namespace {

bool is_row_major(const StridedTensor& tensor) {
  std::int64_t expected = 1;
  for (std::size_t i = tensor.shape.size(); i-- > 0;) {
    // The stride of a side of length 1 is never used.
    if (tensor.shape[i] != 1 && tensor.strides[i] != expected) return false;
    expected *= tensor.shape[i];
  }
  return true;
}

/// Moves `index` to the next one in row-major order and returns by how many elements that moves.
std::int64_t advance(const StridedTensor& tensor, std::vector<std::int64_t>& index) {
  std::int64_t moved = 0;
  for (std::size_t i = index.size(); i-- > 0;) {
    moved += tensor.strides[i];
    if (++index[i] < tensor.shape[i]) return moved;
    moved -= tensor.shape[i] * tensor.strides[i];
    index[i] = 0;
  }
  return moved;
}

}  // namespace

std::span<const std::byte> row_major_bytes(const StridedTensor& tensor,
                                           std::vector<std::byte>& buffer) {
  const std::size_t element = dtype_bytes(tensor.dtype);
  const std::uint64_t bytes = tensor_bytes(tensor.shape, tensor.dtype).value_or(0);
  if (bytes == 0) return {};
  if (is_row_major(tensor)) return tensor.storage.subspan(tensor.offset * element, bytes);
  buffer.resize(bytes);
  std::vector<std::int64_t> index(tensor.shape.size(), 0);
  auto at = static_cast<std::int64_t>(tensor.offset);
  for (std::uint64_t to = 0; to < bytes; to += element) {
    std::memcpy(buffer.data() + to, tensor.storage.data() + static_cast<std::size_t>(at) * element,
                element);
    at += advance(tensor, index);
  }
  return buffer;
}

}  // namespace tessera::storage
