#include "model/unet/time_embedding.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace tessera::model {
namespace {

TEST(Sinusoid, IsCosinesThenSinesOfFallingFrequencies) {
  for (const double value : {0.0, 1.0, 499.0, 951.0, 640.25}) {
    SCOPED_TRACE(value);
    const at::Tensor wave = sinusoid(value, 32);
    for (int k = 0; k < 16; ++k) {
      const double angle = value * std::exp(-std::log(10000.0) * k / 16);
      // The angle is rounded to fp32, so its error grows with the value.
      EXPECT_NEAR(wave[k].item<double>(), std::cos(angle), 3e-7 * (value + 1));
      EXPECT_NEAR(wave[16 + k].item<double>(), std::sin(angle), 3e-7 * (value + 1));
    }
  }
}

TEST(Sinusoid, OfZeroIsOnesThenZeros) {
  const at::Tensor wave = sinusoid(0, 8);
  EXPECT_TRUE(at::equal(wave, at::tensor({1, 1, 1, 1, 0, 0, 0, 0}, at::kFloat)));
}

TEST(Sinusoid, KeepsFractionsOfATimestep) {
  EXPECT_FALSE(at::equal(sinusoid(10, 16), sinusoid(10.5, 16)));
}

TEST(Sinusoid, OfAnOddWidthEndsWithZero) {
  const at::Tensor wave = sinusoid(3, 9);
  EXPECT_EQ(wave.size(0), 9);
  EXPECT_EQ(wave[8].item<float>(), 0.0f);
  EXPECT_TRUE(at::equal(wave.narrow(0, 0, 8), sinusoid(3, 8)));
}

}  // namespace
}  // namespace tessera::model
