#include "model/layers/feed_forward.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "tests/model/tensor_patterns.h"

namespace tessera::model {
namespace {

class FeedForward : public ::testing::TestWithParam<int> {
 protected:
  at::Tensor run(const at::Tensor& x_BNC) const {
    return feed_forward_residual(x_BNC, norm_, weights_);
  }
  at::Tensor expected(const at::Tensor& x_BNC) const {
    const at::Tensor x = x_BNC.to(at::kDouble);
    const auto wide = [](const at::Tensor& w) { return w.to(at::kDouble); };
    const at::Tensor h = at::layer_norm(x, {channels_}, wide(norm_.weight), wide(norm_.bias), 1e-5);
    const auto both =
        at::linear(h, wide(weights_.proj.weight), wide(weights_.proj.bias)).chunk(2, 2);
    return x + at::linear(both[0] * at::gelu(both[1]), wide(weights_.out.weight),
                          wide(weights_.out.bias));
  }

  c10::InferenceMode inference_;
  int channels_ = GetParam();
  NormWeights norm_{noise({channels_}, 1), noise({channels_}, 2)};
  FeedForwardWeights weights_{
      {noise({8 * channels_, channels_}, 3) / std::sqrt(channels_), noise({8 * channels_}, 4)},
      {noise({channels_, 4 * channels_}, 5) / std::sqrt(4 * channels_), noise({channels_}, 6)}};
};

TEST_P(FeedForward, MatchesTheDefinitionInDouble) {
  const at::Tensor x = noise({2, 150, channels_}, 7);
  EXPECT_LT(relative_max(run(x), expected(x)), 2e-6);
}

TEST_P(FeedForward, GivesATokenTheSameBitsWhateverTheOtherTokens) {
  const at::Tensor x = noise({1, 1100, channels_}, 8);
  const at::Tensor all = run(x);
  for (const int count : {1, 2, 3, 7, 15, 16, 31, 63, 64, 65, 500, 1030}) {
    for (const int begin : {0, 1, 1100 - count}) {
      SCOPED_TRACE(::testing::Message() << count << " tokens from " << begin);
      ASSERT_TRUE(same_bits(run(x.narrow(1, begin, count)), all.narrow(1, begin, count)));
    }
  }
}

TEST_P(FeedForward, GivesTheSameBitsInABatchAndAlone) {
  const at::Tensor x = noise({3, 37, channels_}, 9);
  EXPECT_TRUE(same_bits(run(x.narrow(0, 2, 1)), run(x).narrow(0, 2, 1)));
}

INSTANTIATE_TEST_SUITE_P(Channels, FeedForward, ::testing::Values(32, 64));

TEST(LayerNorm, GivesEveryTokenZeroMeanAndUnitVariance) {
  const at::Tensor x = noise({2, 5, 64}, 10) * 4 + 100;
  const NormWeights plain{at::ones({64}, at::kFloat), at::zeros({64}, at::kFloat)};
  const at::Tensor y = layer_norm(x, plain);
  EXPECT_LT(y.mean(2).abs().max().item<double>(), 1e-4);
  EXPECT_LT((y.var(2, false) - 1).abs().max().item<double>(), 1e-3);
}

}  // namespace
}  // namespace tessera::model
