#include "model/layers/norm_kernel.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tessera::model {
namespace {

std::vector<float> wave(std::int64_t count, float phase) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) {
    values.push_back(9.0f * std::sin(static_cast<float>(i) * 0.37f + phase));
  }
  return values;
}

/// Channel counts with and without a last vector that is only partly filled.
class NormKernel : public ::testing::TestWithParam<std::int64_t> {
 protected:
  static constexpr std::int64_t kPixels = 5;
  std::int64_t channels_ = GetParam();
  std::vector<float> x_ = wave(kPixels * channels_, 0.2f);
  std::vector<float> scale_ = wave(channels_, 1.1f);
  std::vector<float> shift_ = wave(channels_, 2.3f);
  std::vector<float> y_ = std::vector<float>(x_.size() + 1, -77.0f);
  PixelRun run_{x_.data(), kPixels, channels_};

  double affine(std::size_t i) const {
    const std::size_t c = i % static_cast<std::size_t>(channels_);
    return static_cast<double>(x_[i]) * static_cast<double>(scale_[c]) +
           static_cast<double>(shift_[c]);
  }
};

TEST_P(NormKernel, ScalesAndShiftsEveryChannelAndWritesNothingBeyond) {
  scale_shift(run_, scale_.data(), shift_.data(), y_.data());
  for (std::size_t i = 0; i < x_.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(y_[i]), affine(i), 1e-5) << i;
  }
  EXPECT_EQ(y_.back(), -77.0f);
}

TEST_P(NormKernel, ActivatesLikeSiluInDouble) {
  scale_shift_silu(run_, scale_.data(), shift_.data(), y_.data());
  for (std::size_t i = 0; i < x_.size(); ++i) {
    const double v = affine(i);
    EXPECT_NEAR(static_cast<double>(y_[i]), v / (1 + std::exp(-v)), 1e-5) << i;
  }
  EXPECT_EQ(y_.back(), -77.0f);
}

TEST_P(NormKernel, InPlaceGivesTheSameBits) {
  scale_shift_silu(run_, scale_.data(), shift_.data(), y_.data());
  std::vector<float> overwritten = x_;
  scale_shift_silu({overwritten.data(), kPixels, channels_}, scale_.data(), shift_.data(),
                   overwritten.data());
  y_.pop_back();
  EXPECT_EQ(overwritten, y_);
}

TEST_P(NormKernel, SumsDeviationsAndTheirSquares) {
  const auto width = static_cast<std::size_t>(channels_);
  std::vector<float> sum(width);
  std::vector<float> square(width);
  sum_deviations(run_, shift_.data(), sum.data(), square.data());
  for (std::size_t c = 0; c < width; ++c) {
    double expected = 0;
    double expected_square = 0;
    for (std::size_t i = c; i < x_.size(); i += width) {
      const double deviation = static_cast<double>(x_[i]) - static_cast<double>(shift_[c]);
      expected += deviation;
      expected_square += deviation * deviation;
    }
    EXPECT_NEAR(static_cast<double>(sum[c]), expected, 1e-4) << c;
    EXPECT_NEAR(static_cast<double>(square[c]), expected_square, 1e-3) << c;
  }
}

INSTANTIATE_TEST_SUITE_P(Channels, NormKernel, ::testing::Values(1, 3, 4, 8, 12, 32, 96));

TEST(NormKernelSilu, GoesToZeroAndToTheArgumentAtTheEnds) {
  const std::vector<float> x{-1000.0f, -100.0f, -20.0f, -0.0f, 0.0f, 20.0f, 100.0f, 1000.0f};
  const std::vector<float> one(8, 1.0f);
  const std::vector<float> zero(8, 0.0f);
  std::vector<float> y(8);
  scale_shift_silu({x.data(), 1, 8}, one.data(), zero.data(), y.data());
  for (std::size_t i = 0; i < 8; ++i) {
    const double v = x[i];
    EXPECT_NEAR(static_cast<double>(y[i]), v / (1 + std::exp(-v)),
                1e-6 * std::max(1.0, std::abs(v)));
  }
}

}  // namespace
}  // namespace tessera::model
