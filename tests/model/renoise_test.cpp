#include "model/sampling/renoise.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace tessera::model {
namespace {

TEST(Renoise, AddsNoiseOfTheGivenLevel) {
  const at::Tensor x0 = at::tensor({1.0F, -1.0F});
  const at::Tensor noise = at::tensor({0.5F, 2.0F});
  EXPECT_TRUE(at::equal(renoise(x0, noise, 4.0F), at::tensor({3.0F, 7.0F})));
  EXPECT_TRUE(at::equal(renoise(x0, noise, 0.0F), x0));
  EXPECT_EQ(renoise(x0.to(at::kHalf), noise, 4.0F).scalar_type(), at::kHalf);
}

TEST(Renoise, PosteriorHasTheMeanAndDeviationOfTheMoments) {
  // Two latent channels: mean 2 and -1, logvar 0 (deviation 1) and 2 ln 3 (deviation 3).
  const at::Tensor moments = at::tensor({2.0F, -1.0F, 0.0F, 2 * std::log(3.0F)}).view({1, 4, 1, 1});
  const at::Tensor noise = at::tensor({1.0F, -2.0F}).view({1, 2, 1, 1});
  const at::Tensor z = sample_posterior(moments, noise, 0.5);
  EXPECT_FLOAT_EQ(z[0][0].item<float>(), 1.5F);
  EXPECT_FLOAT_EQ(z[0][1].item<float>(), -3.5F);
  EXPECT_TRUE(at::equal(posterior_mean(moments, 0.5).flatten(), at::tensor({1.0F, -0.5F})));
}

TEST(Renoise, PosteriorClampsTheLogVariance) {
  const at::Tensor moments = at::tensor({0.0F, 0.0F, -100.0F, 100.0F}).view({1, 4, 1, 1});
  const at::Tensor z = sample_posterior(moments, at::ones({1, 2, 1, 1}), 1.0);
  EXPECT_FLOAT_EQ(z[0][0].item<float>(), std::exp(-15.0F));
  EXPECT_FLOAT_EQ(z[0][1].item<float>(), std::exp(10.0F));
}

TEST(RenoiseProp, PosteriorOfAStripEqualsTheSameRowsOfTheWhole) {
  const at::Tensor moments = at::randn({1, 8, 24, 13});
  const at::Tensor noise = at::randn({1, 4, 24, 13});
  const at::Tensor whole = sample_posterior(moments, noise, 0.13025);
  for (int begin = 0; begin < 24; begin += 3) {
    const at::Tensor strip = sample_posterior(moments.narrow(2, begin, 3).contiguous(),
                                              noise.narrow(2, begin, 3), 0.13025);
    EXPECT_TRUE(at::equal(strip, whole.narrow(2, begin, 3))) << begin;
  }
}

TEST(RenoiseProp, PosteriorDoesNotDependOnTheMemoryFormat) {
  const at::Tensor moments = at::randn({1, 8, 8, 6});
  const at::Tensor noise = at::randn({1, 4, 8, 6});
  const at::Tensor last = moments.contiguous(at::MemoryFormat::ChannelsLast);
  EXPECT_TRUE(
      at::equal(sample_posterior(last, noise, 0.13025), sample_posterior(moments, noise, 0.13025)));
}

}  // namespace
}  // namespace tessera::model
