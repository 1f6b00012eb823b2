#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tessera::storage {

enum class Dtype { F64, F32, F16, BF16, I64, I32, I16, I8, U8, Bool };

std::size_t dtype_bytes(Dtype dtype);
const char* dtype_name(Dtype dtype);  ///< the safetensors spelling, e.g. "F32"
/// Nothing for a spelling that names none of the types above.
std::optional<Dtype> dtype_of_name(std::string_view name);

/// A named tensor in memory that somebody else owns: row-major, contiguous, little-endian. `bytes`
/// may start at any address: copy before reading elements wider than a byte through a pointer.
struct TensorView {
  std::string name;
  Dtype dtype = Dtype::F32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

/// Bytes of a tensor of that shape; 1 element for the empty shape. Nothing if a side is negative or
/// the product leaves 64 bits.
std::optional<std::uint64_t> tensor_bytes(std::span<const std::int64_t> shape, Dtype dtype);

/// "[320,4,3,3]"
std::string shape_text(std::span<const std::int64_t> shape);

}  // namespace tessera::storage
