#include "model/layers/winograd.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/model/tensor_patterns.h"

namespace tessera::model {
namespace {

/// G of the paper (section 4.1).
at::Tensor transform_matrix() {
  return at::tensor({1.0, 0.0, 0.0, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0.0, 0.0, 1.0}, at::kDouble)
      .view({4, 3});
}

TEST(WinogradWeights, AreTheTransformedKernelsInPanelsOfOutputs) {
  for (const int out : {8, 16, 24}) {
    SCOPED_TRACE(out);
    const at::Tensor weight = noise_map({out, 8, 3, 3}, 1);
    const at::Tensor panels = winograd_weights(weight);
    const std::int64_t padded = padded_channels(out);
    EXPECT_EQ(panels.sizes(), (at::IntArrayRef{16, padded / 16, 8, 16}));
    const at::Tensor g = transform_matrix();
    const at::Tensor expected =
        at::matmul(at::matmul(g, weight.to(at::kDouble)), g.t()).view({out, 8, 16});
    // [16, panels, in, 16] -> [out, in, frequency]
    const at::Tensor actual = panels.permute({1, 3, 2, 0}).reshape({padded, 8, 16});
    EXPECT_TRUE(same_bits(actual.narrow(0, 0, out), expected.to(at::kFloat)));
    EXPECT_TRUE(at::equal(actual.narrow(0, out, padded - out), at::zeros({padded - out, 8, 16})));
  }
}

TEST(WinogradApplies, DependsOnTheLayerAlone) {
  const auto conv = [](int in, int out, int kernel) {
    return ConvWeights{noise_map({out, in, kernel, kernel}, 1), noise({out}, 2)};
  };
  EXPECT_TRUE(winograd_applies(conv(8, 16, 3), {1, 1}));
  EXPECT_FALSE(winograd_applies(conv(8, 16, 3), {2, 1}));
  EXPECT_FALSE(winograd_applies(conv(8, 16, 1), {1, 1}));
  EXPECT_FALSE(winograd_applies(conv(4, 16, 3), {1, 1}));
  EXPECT_FALSE(winograd_applies(conv(16, 3, 3), {1, 1}));
  EXPECT_TRUE(winograd_applies(conv(512, 512, 3), {1, 1}));
  EXPECT_FALSE(winograd_applies(conv(640, 640, 3), {1, 1}));
  const ConvWeights half{conv(8, 16, 3).weight.to(at::kHalf), {}};
  EXPECT_FALSE(winograd_applies(half, {1, 1}));
}

TEST(WinogradBlockTiles, AreWholeRowsOfTheProductAndMoreForWeightsThatDoNotStayCached) {
  EXPECT_EQ(winograd_block_tiles(64, 64) % kTileQuantum, 0);
  EXPECT_EQ(winograd_block_tiles(512, 512) % kTileQuantum, 0);
  EXPECT_GT(winograd_block_tiles(512, 512), winograd_block_tiles(64, 64));
}

TEST(WinogradBand, WritesTheTargetsRowsAndNoOthers) {
  constexpr int kCols = 5;
  constexpr int kRows = 3;
  const at::Tensor weight = noise_map({8, 8, 3, 3}, 3);
  const at::Tensor bias = noise({8}, 4);
  // Rows -2..3 of which the first belongs to the skipped row's tile; columns -1..6.
  const at::Tensor input = noise_map({1, 8, 6, 8}, 5);
  at::Tensor held =
      at::full({1, 8, kRows + 2, kCols}, -7.0f).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor panels = winograd_weights(weight);
  winograd_band({input.const_data_ptr<float>(), 3, 8, panels.const_data_ptr<float>(),
                 bias.const_data_ptr<float>(), 8, 6},
                {held.mutable_data_ptr<float>() + kCols * 8, nullptr, kRows, kCols, 1});
  const at::Tensor expected =
      at::conv2d(input.to(at::kDouble), weight.to(at::kDouble), bias.to(at::kDouble))
          .narrow(2, 1, kRows)
          .narrow(3, 0, kCols);
  EXPECT_LT(relative_max(held.narrow(2, 1, kRows), expected), 1e-6);
  for (const int outside : {0, kRows + 1}) {
    EXPECT_TRUE(at::equal(held.select(2, outside), at::full({1, 8, kCols}, -7.0f)));
  }
}

}  // namespace
}  // namespace tessera::model
