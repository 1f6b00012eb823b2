#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tessera::storage {

enum class Dtype { F64, F32, F16, BF16, I64, I32, I16, I8, U8, Bool };

std::size_t dtype_bytes(Dtype dtype);
const char* dtype_name(Dtype dtype);  ///< the safetensors spelling, e.g. "F32"

/// A named tensor in memory that somebody else owns: row-major, contiguous, little-endian.
struct TensorView {
  std::string name;
  Dtype dtype = Dtype::F32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

/// "[320,4,3,3]"
std::string shape_text(std::span<const std::int64_t> shape);

}  // namespace tessera::storage
