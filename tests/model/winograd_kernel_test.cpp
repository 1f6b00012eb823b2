#include "model/layers/winograd_kernel.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <ostream>
#include <vector>

#include "model/layers/winograd.h"
#include "tests/model/tensor_patterns.h"

namespace tessera::model {
namespace {

struct Shape {
  int in, out, rows, cols;
};

void PrintTo(const Shape& shape, std::ostream* out) {
  *out << shape.in << "to" << shape.out << "x" << shape.rows << "x" << shape.cols;
}

/// Whole tiles of a padded map, and a partial last block.
class WinogradKernel : public ::testing::TestWithParam<Shape> {
 protected:
  /// \return [1, out, rows, cols] of the padded map `input`, by blocks of `block_tiles`.
  at::Tensor convolve(const at::Tensor& input, std::int64_t block_tiles,
                      const at::Tensor& residual = {}) const {
    const auto [in, out, rows, cols] = GetParam();
    const at::Tensor panels = winograd_weights(weight_);
    const WinogradBand band{input.const_data_ptr<float>(),
                            (cols + 1) / 2,
                            in,
                            panels.const_data_ptr<float>(),
                            bias_.const_data_ptr<float>(),
                            out,
                            block_tiles};
    at::Tensor y = at::full({1, out, rows, cols}, std::numeric_limits<float>::quiet_NaN())
                       .contiguous(at::MemoryFormat::ChannelsLast);
    std::vector<float> transformed(static_cast<std::size_t>(kFrequencies * block_tiles * in));
    std::vector<float> products(
        static_cast<std::size_t>(kFrequencies * block_tiles * padded_channels(out)));
    const WinogradTarget target{y.mutable_data_ptr<float>(),
                                residual.defined() ? residual.const_data_ptr<float>() : nullptr,
                                rows, cols, 0};
    const std::int64_t tiles = (rows + 1) / 2 * band.tile_cols;
    for (std::int64_t first = 0; first < tiles; first += block_tiles) {
      winograd_block(band, first, std::min(block_tiles, tiles - first),
                     {transformed.data(), products.data()}, target);
    }
    return y;
  }

  at::Tensor weight_ = noise_map({GetParam().out, GetParam().in, 3, 3}, 1);
  at::Tensor bias_ = noise({GetParam().out}, 2);
  /// One row and column before the map, up to two after it: whole tiles.
  at::Tensor input_ = noise_map(
      {1, GetParam().in, (GetParam().rows + 1) / 2 * 2 + 2, (GetParam().cols + 1) / 2 * 2 + 2}, 3);
};

TEST_P(WinogradKernel, EqualsTheConvolutionInDouble) {
  const auto [in, out, rows, cols] = GetParam();
  const at::Tensor residual = noise_map({1, out, rows, cols}, 4);
  const at::Tensor exact =
      at::conv2d(input_.to(at::kDouble), weight_.to(at::kDouble), bias_.to(at::kDouble))
          .narrow(2, 0, rows)
          .narrow(3, 0, cols);
  EXPECT_LT(relative_max(convolve(input_, 12), exact), 1e-6);
  EXPECT_LT(relative_max(convolve(input_, 12, residual), exact + residual), 1e-6);
}

TEST_P(WinogradKernel, GivesTheSameBitsInBlocksOfAnySize) {
  const at::Tensor expected = convolve(input_, 12);
  EXPECT_TRUE(same_bits(convolve(input_, 6), expected));
  EXPECT_TRUE(same_bits(convolve(input_, 96), expected));
}

TEST_P(WinogradKernel, ARowIsFreeOfTheInputRowItDoesNotRead) {
  const auto [in, out, rows, cols] = GetParam();
  const at::Tensor expected = convolve(input_, 12);
  at::Tensor spoiled = input_.clone();
  spoiled.select(2, 0).fill_(std::numeric_limits<float>::infinity());
  EXPECT_TRUE(
      same_bits(convolve(spoiled, 12).narrow(2, 1, rows - 1), expected.narrow(2, 1, rows - 1)));
  spoiled.copy_(input_);
  spoiled.select(2, spoiled.size(2) - 1).fill_(std::numeric_limits<float>::infinity());
  const std::int64_t free = (rows + 1) / 2 * 2 - 1;
  EXPECT_TRUE(same_bits(convolve(spoiled, 12).narrow(2, 0, free), expected.narrow(2, 0, free)));
}

INSTANTIATE_TEST_SUITE_P(Shapes, WinogradKernel,
                         ::testing::Values(Shape{8, 8, 4, 4}, Shape{16, 24, 6, 10},
                                           Shape{64, 64, 5, 33}, Shape{96, 32, 2, 7}));

}  // namespace
}  // namespace tessera::model
