#include "model/video/prompt_blend.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/model/tensor_patterns.h"

namespace tessera::model {
namespace {

TEST(SecondPromptShares, HoldBothEndsAndRiseBetween) {
  // L = floor(3 24 / 8) = 9 frames at each end, 6 between, both ends included.
  const std::vector<float> shares = second_prompt_shares(24);
  ASSERT_EQ(shares.size(), 24U);
  for (std::size_t frame = 0; frame <= 9; ++frame) EXPECT_EQ(shares[frame], 0) << frame;
  for (std::size_t frame = 14; frame < 24; ++frame) EXPECT_EQ(shares[frame], 1) << frame;
  for (std::size_t frame = 10; frame < 14; ++frame) {
    EXPECT_FLOAT_EQ(shares[frame], 0.2F * static_cast<float>(frame - 9)) << frame;
  }
}

TEST(SecondPromptShares, ShortClipsHaveBothPrompts) {
  EXPECT_EQ(second_prompt_shares(2), (std::vector<float>{0, 1}));
  EXPECT_EQ(second_prompt_shares(3), (std::vector<float>{0, 0, 1}));
}

TEST(BlendContexts, GivesEveryFrameItsMix) {
  const at::Tensor first = noise({1, 77, 8}, 1);
  const at::Tensor second = noise({1, 77, 8}, 2);
  const at::Tensor blended = blend_contexts(first, second, {0, 0.25F, 1});
  ASSERT_EQ(blended.sizes(), (std::vector<std::int64_t>{3, 77, 8}));
  EXPECT_TRUE(at::equal(blended[0], first[0]));
  EXPECT_TRUE(at::equal(blended[2], second[0]));
  EXPECT_LT(relative_max(blended[1], first[0] * 0.75 + second[0] * 0.25), 1e-6);
}

TEST(TwoPromptCross, GivesTheDownPathTheSecondPromptInEarlyAndLateSteps) {
  const auto cache = [](double value) {
    const at::Tensor tensor = at::full({1, 1, 1, 1}, value);
    return std::vector<KeyValue>(5, {tensor, tensor});
  };
  const auto values = [&](int step) {
    std::vector<double> seen;
    for (const KeyValue& entry : two_prompt_cross(cache(1), cache(2), 3, step)) {
      seen.push_back(entry.k_BKND.item<double>());
    }
    return seen;
  };
  const std::vector<double> second_below{2, 2, 2, 1, 1};
  const std::vector<double> blended{1, 1, 1, 1, 1};
  EXPECT_EQ(values(0), second_below);
  EXPECT_EQ(values(4), second_below);
  EXPECT_EQ(values(5), blended);
  EXPECT_EQ(values(15), blended);
  EXPECT_EQ(values(16), second_below);
}

}  // namespace
}  // namespace tessera::model
