#include "fusion/scale_fusion.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "fusion/gaussian_kernel.h"
#include "fusion/low_pass.h"

namespace tessera::fusion {
namespace {

/// Blur over (row, column, channel index) with zero padding, as the released program writes it.
at::Tensor blur_in_three_axes(const at::Tensor& x_BHWC, const std::vector<float>& taps) {
  const auto radius = static_cast<std::int64_t>(taps.size() / 2);
  const auto size = static_cast<std::int64_t>(taps.size());
  const at::Tensor line = at::tensor(taps).to(at::kDouble);
  const at::Tensor kernel =
      line.view({size, 1, 1}) * line.view({1, size, 1}) * line.view({1, 1, size});
  return at::conv3d(x_BHWC.unsqueeze(1), kernel.view({1, 1, size, size, size}), {}, 1, radius)
      .squeeze(1);
}

class ChannelBlur : public testing::TestWithParam<int> {
 protected:
  std::vector<float> taps_ = gaussian_taps(GetParam(), 1.0);
};

TEST_P(ChannelBlur, FoldedProjectionEqualsTheThreeAxisBlurOfTheProjectedMap) {
  at::manual_seed(3);
  const at::Tensor heads = at::randn({2, 9, 11, 12}, at::kDouble);
  const at::Tensor w_out = at::randn({20, 12}, at::kDouble);
  const at::Tensor literal = blur_in_three_axes(at::linear(heads, w_out), taps_);
  const at::Tensor blurred = low_pass(heads, {0, 9}, {0, 9}, 9, taps_, BlurBorder::ZeroPadded);
  const at::Tensor saved = at::linear(blurred, fold_channel_blur(w_out, taps_));
  EXPECT_LE((saved - literal).abs().max().item<double>(), 1e-13);
}

TEST_P(ChannelBlur, UnfoldedProjectionDiffers) {
  at::manual_seed(3);
  const at::Tensor w_out = at::randn({20, 12}, at::kDouble);
  EXPECT_GT((fold_channel_blur(w_out, taps_) - w_out).abs().max().item<double>(), 0.1);
}

INSTANTIATE_TEST_SUITE_P(Radii, ChannelBlur, testing::Values(1, 3, 7));

TEST(ChannelBlur, ActsOnTheOutputChannel) {
  const at::Tensor w_out = at::zeros({5, 2}, at::kFloat);
  w_out[2][1] = 1.0;
  const std::vector<float> taps = gaussian_taps(1, 1.0);
  const at::Tensor folded = fold_channel_blur(w_out, taps);
  EXPECT_TRUE(at::equal(folded.select(1, 0), at::zeros({5})));
  EXPECT_TRUE(at::equal(folded.select(1, 1), at::tensor({0.0f, taps[0], taps[1], taps[2], 0.0f})));
}

TEST(ChannelBlur, SingleTapKeepsTheProjection) {
  const at::Tensor w_out = at::arange(12, at::kFloat).view({4, 3});
  EXPECT_TRUE(at::equal(fold_channel_blur(w_out, gaussian_taps(0, 1.0)), w_out));
}

TEST(ChannelBlur, RadiusMayExceedTheChannels) {
  const at::Tensor w_out = at::ones({2, 3}, at::kFloat);
  const std::vector<float> taps = gaussian_taps(7, 1.0);
  const at::Tensor folded = fold_channel_blur(w_out, taps);
  EXPECT_NEAR(folded[0][0].item<double>(), taps[7] + taps[8], 1e-6);
}

TEST(ChannelBlur, KeepsTheTypeOfTheProjection) {
  const at::Tensor w_out = at::ones({8, 4}, at::kHalf);
  EXPECT_EQ(fold_channel_blur(w_out, gaussian_taps(1, 1.0)).scalar_type(), at::kHalf);
}

TEST(ChannelBlur, RejectsShapesThatDoNotFit) {
  EXPECT_THROW(fold_channel_blur(at::ones({8}), gaussian_taps(1, 1.0)), std::invalid_argument);
  EXPECT_THROW(fold_channel_blur(at::ones({8, 4}), std::vector<float>{0.5f, 0.5f}),
               std::invalid_argument);
}

}  // namespace
}  // namespace tessera::fusion
