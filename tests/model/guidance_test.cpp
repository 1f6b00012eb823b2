#include "model/sampling/guidance.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace tessera::model {
namespace {

TEST(Guidance, MovesAwayFromTheUnconditionalPrediction) {
  const at::Tensor uncond = at::tensor({1.0F, -2.0F});
  const at::Tensor cond = at::tensor({3.0F, -1.0F});
  EXPECT_TRUE(at::equal(guide(uncond, cond, 7.5), at::tensor({16.0F, 5.5F})));
  EXPECT_TRUE(at::equal(guide(uncond, cond, 1.0), cond));
}

TEST(Guidance, RescaleByOneGivesTheSpreadOfTheConditionalPrediction) {
  const at::Tensor eps = at::randn({1, 4, 8, 8}) * 3;
  const GuidanceSpread spread{0.8, eps.std(/*unbiased=*/false).item<double>()};
  EXPECT_NEAR(rescale_guided(eps, spread, 1.0).std(false).item<double>(), 0.8, 1e-5);
}

TEST(Guidance, RescaleMixesByPhi) {
  const at::Tensor eps = at::tensor({4.0F});
  EXPECT_FLOAT_EQ(rescale_guided(eps, {1.0, 2.0}, 0.25).item<float>(), 3.5F);
  EXPECT_TRUE(at::equal(rescale_guided(eps, {1.0, 2.0}, 0), eps));
}

TEST(Guidance, RescaleNeedsAPredictionThatVaries) {
  EXPECT_THROW(rescale_guided(at::zeros({4}), {1.0, 0.0}, 0.5), std::invalid_argument);
}

}  // namespace
}  // namespace tessera::model
