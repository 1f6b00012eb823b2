#include "model/sampling/ddim_sampler.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/model/tensor_patterns.h"

namespace tessera::model {
namespace {

class DdimSampler : public ::testing::Test {
 protected:
  at::Tensor clean_ = noise({2, 4, 6, 5}, 1);
  at::Tensor eps_ = noise({2, 4, 6, 5}, 2);
};

TEST_F(DdimSampler, FindsTheCleanLatentsThatWereNoised) {
  for (const ScaledLevel& level : make_scaled_schedule({}, 10, 0)) {
    const at::Tensor x = renoise_scaled(clean_, eps_, level);
    // Of the highest level a rounding of x remains 14 times over: 1 / (sqrt(a) s).
    EXPECT_LT(relative_max(predict_clean(x, eps_, level), clean_), 1e-5) << level.timestep;
  }
}

TEST_F(DdimSampler, ADeterministicStepMovesToTheNextLevelOfTheSameNoise) {
  const ScaledSchedule schedule = make_scaled_schedule({}, 10, 0);
  for (std::size_t i = 0; i + 1 < schedule.size(); ++i) {
    const at::Tensor moved = ddim_step(clean_, eps_, {}, schedule[i]);
    EXPECT_LT(relative_max(moved, renoise_scaled(clean_, eps_, schedule[i + 1])), 1e-6);
  }
}

TEST_F(DdimSampler, AStepWithEtaKeepsTheVarianceAndAddsItsNoise) {
  const at::Tensor added = noise({2, 4, 6, 5}, 3);
  const ScaledLevel level = make_scaled_schedule({}, 10, 1)[4];
  const at::Tensor moved = ddim_step(clean_, eps_, added, level);
  const at::Tensor exact =
      clean_.to(at::kDouble) * (std::sqrt(level.alpha_prev) * level.scale_prev) +
      eps_.to(at::kDouble) * std::sqrt(1 - level.alpha_prev - level.sigma * level.sigma) +
      added.to(at::kDouble) * level.sigma;
  EXPECT_LT(relative_max(moved, exact), 1e-6);
  const ScaledLevel quiet = make_scaled_schedule({}, 10, 0)[4];
  EXPECT_GT(relative_max(ddim_step(clean_, eps_, added, quiet), exact), 1e-2);
}

TEST_F(DdimSampler, BitsDoNotDependOnTheStrip) {
  const ScaledLevel level = make_scaled_schedule({}, 10, 1)[3];
  const at::Tensor whole = ddim_step(predict_clean(clean_, eps_, level), eps_, eps_, level);
  const auto strip = [](const at::Tensor& x) { return x.narrow(2, 1, 3).contiguous(); };
  const at::Tensor part =
      ddim_step(predict_clean(strip(clean_), strip(eps_), level), strip(eps_), strip(eps_), level);
  EXPECT_TRUE(same_bits(part, strip(whole)));
}

}  // namespace
}  // namespace tessera::model
