#include "storage/tensor_view.h"

#include <array>
#include <stdexcept>

namespace tessera::storage {
namespace {

struct DtypeRow {
  Dtype dtype;
  const char* name;
  std::size_t bytes;
};

constexpr std::array<DtypeRow, 10> kDtypes = {{{Dtype::F64, "F64", 8},
                                               {Dtype::F32, "F32", 4},
                                               {Dtype::F16, "F16", 2},
                                               {Dtype::BF16, "BF16", 2},
                                               {Dtype::I64, "I64", 8},
                                               {Dtype::I32, "I32", 4},
                                               {Dtype::I16, "I16", 2},
                                               {Dtype::I8, "I8", 1},
                                               {Dtype::U8, "U8", 1},
                                               {Dtype::Bool, "BOOL", 1}}};

const DtypeRow& row_of(Dtype dtype) {
  for (const DtypeRow& row : kDtypes) {
    if (row.dtype == dtype) return row;
  }
  throw std::logic_error("a Dtype without a row in the table of tensor_view.cpp");
}

}  // namespace

std::size_t dtype_bytes(Dtype dtype) { return row_of(dtype).bytes; }

const char* dtype_name(Dtype dtype) { return row_of(dtype).name; }

std::optional<Dtype> dtype_of_name(std::string_view name) {
  for (const DtypeRow& row : kDtypes) {
    if (name == row.name) return row.dtype;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> tensor_bytes(std::span<const std::int64_t> shape, Dtype dtype) {
  std::uint64_t bytes = dtype_bytes(dtype);
  bool overflow = false;
  for (const std::int64_t extent : shape) {
    if (extent < 0) return std::nullopt;
    if (extent == 0) return 0;
    overflow |= __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes);
  }
  if (overflow) return std::nullopt;
  return bytes;
}

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ',';
    text += std::to_string(shape[i]);
  }
  return text + "]";
}

}  // namespace tessera::storage
