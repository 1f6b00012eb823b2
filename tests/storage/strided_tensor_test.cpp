#include "storage/strided_tensor.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

namespace tessera::storage {
namespace {

/// 0, 1, 2, ... as 16-bit integers.
class RowMajorBytesTest : public testing::Test {
 protected:
  RowMajorBytesTest() {
    for (std::size_t i = 0; i < ramp_.size(); ++i) ramp_[i] = static_cast<std::int16_t>(i);
  }
  StridedTensor tensor(std::vector<std::int64_t> shape, std::vector<std::int64_t> strides,
                       std::uint64_t offset = 0) const {
    return {Dtype::I16, std::move(shape), std::move(strides), offset,
            std::as_bytes(std::span(ramp_))};
  }
  std::vector<int> values(const StridedTensor& tensor) {
    const std::span<const std::byte> bytes = row_major_bytes(tensor, buffer_);
    std::vector<std::int16_t> numbers(bytes.size() / 2);
    if (!numbers.empty()) std::memcpy(numbers.data(), bytes.data(), bytes.size());
    return {numbers.begin(), numbers.end()};
  }

  std::array<std::int16_t, 24> ramp_;
  std::vector<std::byte> buffer_;
};

TEST_F(RowMajorBytesTest, ShowsContiguousElementsWithoutACopy) {
  EXPECT_EQ(values(tensor({2, 2}, {2, 1}, 3)), (std::vector<int>{3, 4, 5, 6}));
  EXPECT_EQ(values(tensor({2, 1, 2}, {2, 77, 1})), (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(values(tensor({}, {}, 5)), (std::vector<int>{5}));
  EXPECT_TRUE(buffer_.empty());
}

TEST_F(RowMajorBytesTest, CopiesTransposedAndSparseElements) {
  EXPECT_EQ(values(tensor({3, 2}, {1, 3})), (std::vector<int>{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(values(tensor({2, 2, 2}, {12, 4, 2}, 1)),
            (std::vector<int>{1, 3, 5, 7, 13, 15, 17, 19}));
  EXPECT_EQ(values(tensor({3}, {0}, 7)), (std::vector<int>{7, 7, 7}));
}

TEST_F(RowMajorBytesTest, AnEmptyTensorHasNoBytes) {
  EXPECT_TRUE(values(tensor({4, 0}, {1, 1}, 24)).empty());
}

}  // namespace
}  // namespace tessera::storage
