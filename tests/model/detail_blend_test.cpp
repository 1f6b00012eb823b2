#include "model/sampling/detail_blend.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace tessera::model {
namespace {

TEST(DetailBlend, MixesByTheWeight) {
  const at::Tensor x = at::tensor({4.0F, 8.0F});
  const at::Tensor z = at::tensor({0.0F, 16.0F});
  EXPECT_TRUE(at::equal(blend_detail(x, z, 0.25), at::tensor({3.0F, 10.0F})));
  EXPECT_TRUE(at::equal(blend_detail(x, z, 0.0), x));
  EXPECT_TRUE(at::equal(blend_detail(x, z, 1.0), z));
}

TEST(DetailBlend, AppliesTheScalarInSinglePrecisionToAHalfState) {
  // 0.1 is 0.099976 in fp16; in fp32 the product 1000 * 0.9 rounds to 900 exactly.
  const at::Tensor x = at::full({32}, 1000.0, at::kHalf);
  const at::Tensor out = blend_detail(x, at::zeros({32}, at::kHalf), 0.1);
  EXPECT_EQ(out.scalar_type(), at::kHalf);
  EXPECT_TRUE(at::equal(out, at::full({32}, 900.0, at::kHalf)));
}

TEST(DetailBlend, LargerAlphaFreesTheSampler) {
  EXPECT_DOUBLE_EQ(blend_weight(0.5, 2.0), 0.25);
  EXPECT_DOUBLE_EQ(blend_weight(0.5, 0.0), 1.0);
  EXPECT_LT(blend_weight(0.5, 3.0), blend_weight(0.5, 1.0));
}

TEST(DetailBlend, TakesTheMaskByNearestSource) {
  // 2 x 3 mask on a 4 x 5 latent: source rows 0 0 1 1, source columns 0 0 1 1 2.
  const std::vector<std::uint8_t> mask{0, 255, 0,  //
                                       1, 0,   7};
  const at::Tensor foreground = foreground_rows(mask, {2, 3}, {4, 5}, {0, 4});
  const std::vector<std::uint8_t> expected{0, 0, 1, 1, 0,  //
                                           0, 0, 1, 1, 0,  //
                                           1, 1, 0, 0, 1,  //
                                           1, 1, 0, 0, 1};
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(foreground.flatten()[i].item<bool>(), expected[static_cast<std::size_t>(i)] != 0)
        << i;
  }
  EXPECT_TRUE(at::equal(foreground_rows(mask, {2, 3}, {4, 5}, {1, 3}), foreground.narrow(2, 1, 2)));
}

TEST(DetailBlend, RefusesAMaskOfAnotherSize) {
  const std::vector<std::uint8_t> mask(5);
  EXPECT_THROW(foreground_rows(mask, {2, 3}, {4, 4}, {0, 4}), std::invalid_argument);
  EXPECT_THROW(foreground_rows({}, {0, 0}, {4, 4}, {0, 4}), std::invalid_argument);
}

TEST(DetailBlend, WeighsForegroundAndBackgroundApart) {
  const at::Tensor foreground = at::tensor({1, 0}).to(at::kBool).view({1, 1, 1, 2});
  const at::Tensor weights = blend_weights(foreground, 0.25, 3.0, 0.5);
  EXPECT_TRUE(at::equal(weights.flatten(), at::tensor({0.015625F, 0.5F})));
  const at::Tensor out = blend_detail(at::zeros({1, 4, 1, 2}), at::ones({1, 4, 1, 2}), weights);
  EXPECT_TRUE(at::equal(out[0][3].flatten(), weights.flatten()));
}

}  // namespace
}  // namespace tessera::model
