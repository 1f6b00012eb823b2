#include "model/sampling/euler_sampler.h"

#include <gtest/gtest.h>

#include "model/sampling/noise_schedule.h"
#include "tests/model/golden_tensors.h"

namespace tessera::model {
namespace {

constexpr double kStepTolerance = 1e-6;  // one step, fp32

NoiseSchedule fifty_steps() { return make_schedule({}, 50, TimestepSpacing::Leading); }

TEST(EulerSamplerGolden, MatchesTheReferenceStep) {
  const GoldenTensors golden("samplers.safetensors");
  const NoiseSchedule schedule = fifty_steps();
  const at::Tensor x = golden["step.x"];
  EXPECT_LT(relative_error(scale_network_input(x, schedule.sigmas[15]), golden["euler.scaled"]),
            kStepTolerance);
  EXPECT_LT(
      relative_error(euler_step(x, golden["step.eps"], schedule.sigmas[15], schedule.sigmas[16]),
                     golden["euler.out"]),
      kStepTolerance);
}

TEST(EulerSamplerGolden, RoundsAHalfPrecisionStateLikeTheOfficialProgram) {
  const GoldenTensors golden("samplers.safetensors");
  const NoiseSchedule schedule = fifty_steps();
  const at::Tensor x = golden["step.x"].to(at::kHalf);
  const at::Tensor out =
      euler_step(x, golden["step.eps"], schedule.sigmas[15], schedule.sigmas[16]);
  EXPECT_TRUE(at::equal(out, golden["euler_half.out"]));
  EXPECT_TRUE(at::equal(scale_network_input(x, schedule.sigmas[15]), golden["euler_half.scaled"]));
}

TEST(EulerSampler, TakesSigmaAsAHalfConstant) {
  // 3.09301 is 3.09375 in fp16: x0 = 1 - 3.09375 * 1, x' = x + d (0 - sigma) = x0 up to rounding.
  const at::Tensor one = at::ones({1}, at::kHalf);
  EXPECT_EQ(euler_step(one, one, 3.093010F, 0).item<float>(), 1 - 3.09375F);
}

TEST(EulerSamplerGolden, MatchesTheReferenceAncestralStep) {
  const GoldenTensors golden("samplers.safetensors");
  const NoiseSchedule schedule = make_schedule({}, 4, TimestepSpacing::Trailing);
  const at::Tensor out =
      euler_ancestral_step(golden["step.x"], golden["step.eps"], golden["ancestral.noise"],
                           schedule.sigmas[1], schedule.sigmas[2]);
  EXPECT_LT(relative_error(out, golden["ancestral.out"]), kStepTolerance);
}

TEST(EulerSampler, TheLastAncestralStepAddsNoNoise) {
  const AncestralSplit split = split_ancestral(0.693205F, 0);
  EXPECT_EQ(split.sigma_up, 0.0F);
  EXPECT_EQ(split.sigma_down, 0.0F);
}

TEST(EulerSampler, AStepToZeroGivesThePredictedImage) {
  const at::Tensor x = at::full({1, 4, 2, 2}, 5.0);
  const at::Tensor eps = at::full({1, 4, 2, 2}, 2.0);
  EXPECT_TRUE(at::equal(euler_step(x, eps, 2.0F, 0.0F), at::full({1, 4, 2, 2}, 1.0)));
}

TEST(EulerSamplerProp, AStripEqualsTheSameRowsOfTheWhole) {
  const at::Tensor x = at::randn({1, 4, 24, 13});
  const at::Tensor eps = at::randn({1, 4, 24, 13});
  const at::Tensor noise = at::randn({1, 4, 24, 13});
  const at::Tensor whole = euler_ancestral_step(x, eps, noise, 4.1F, 1.6F);
  for (int begin = 0; begin < 24; begin += 3) {
    const at::Tensor strip =
        euler_ancestral_step(x.narrow(2, begin, 3).contiguous(), eps.narrow(2, begin, 3),
                             noise.narrow(2, begin, 3).contiguous(), 4.1F, 1.6F);
    EXPECT_TRUE(at::equal(strip, whole.narrow(2, begin, 3))) << begin;
  }
}

}  // namespace
}  // namespace tessera::model
