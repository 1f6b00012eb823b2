#include "storage/tensor_view.h"

#include <gtest/gtest.h>

#include <limits>

namespace tessera::storage {
namespace {

TEST(TensorView, EveryDtypeIsFoundByItsName) {
  for (const Dtype dtype : {Dtype::F64, Dtype::F32, Dtype::F16, Dtype::BF16, Dtype::I64, Dtype::I32,
                            Dtype::I16, Dtype::I8, Dtype::U8, Dtype::Bool}) {
    EXPECT_EQ(dtype_of_name(dtype_name(dtype)), dtype);
    EXPECT_GE(dtype_bytes(dtype), 1u);
  }
  EXPECT_EQ(dtype_of_name("F8_E4M3"), std::nullopt);
  EXPECT_EQ(dtype_of_name("f32"), std::nullopt);
}

TEST(TensorView, BytesAreCountedWithoutOverflow) {
  const std::vector<std::int64_t> matrix = {2, 3};
  const std::vector<std::int64_t> huge = {std::int64_t{1} << 32, std::int64_t{1} << 32};
  const std::vector<std::int64_t> negative = {2, -3};
  const std::vector<std::int64_t> empty = {std::int64_t{1} << 62, 0};
  EXPECT_EQ(tensor_bytes({}, Dtype::F64), 8u);
  EXPECT_EQ(tensor_bytes(matrix, Dtype::BF16), 12u);
  EXPECT_EQ(tensor_bytes(empty, Dtype::F32), 0u);
  EXPECT_EQ(tensor_bytes(huge, Dtype::U8), std::nullopt);
  EXPECT_EQ(tensor_bytes(negative, Dtype::U8), std::nullopt);
}

TEST(TensorView, ShapesAreWrittenInBrackets) {
  const std::vector<std::int64_t> shape = {320, 4, 3, 3};
  EXPECT_EQ(shape_text(shape), "[320,4,3,3]");
  EXPECT_EQ(shape_text({}), "[]");
}

}  // namespace
}  // namespace tessera::storage
