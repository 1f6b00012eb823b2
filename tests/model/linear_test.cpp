#include "model/layers/linear.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "tests/model/tensor_patterns.h"

namespace tessera::model {
namespace {

LinearWeights make_linear(int in, int out) {
  return {noise({out, in}, 1) / std::sqrt(static_cast<double>(in)), noise({out}, 2)};
}

struct Widths {
  int in, out;
};

void PrintTo(const Widths& widths, std::ostream* out) { *out << widths.in << "to" << widths.out; }

class LinearRows : public ::testing::TestWithParam<Widths> {};

TEST_P(LinearRows, GivesARowTheSameBitsWhateverTheOtherRowsAndTheThreads) {
  const int before = at::get_num_threads();
  const auto [in, out] = GetParam();
  const LinearWeights weights = make_linear(in, out);
  const at::Tensor x = noise({1, 70, in}, 3);
  const at::Tensor all = linear(x, weights);
  for (int rows = 1; rows <= 33; ++rows) {
    at::set_num_threads(1 + rows % 3);
    for (const int begin : {0, 5, 70 - rows}) {
      SCOPED_TRACE(::testing::Message() << rows << " rows from " << begin);
      ASSERT_TRUE(same_bits(linear(x.narrow(1, begin, rows), weights), all.narrow(1, begin, rows)));
    }
  }
  at::set_num_threads(before);
}

INSTANTIATE_TEST_SUITE_P(Widths, LinearRows,
                         ::testing::Values(Widths{64, 64}, Widths{16, 128}, Widths{80, 32},
                                           Widths{256, 64}, Widths{24, 40}, Widths{4, 4},
                                           Widths{128, 1024}));

TEST(Linear, GivesTheSameBitsInABatchAndAlone) {
  const LinearWeights weights = make_linear(64, 128);
  const at::Tensor x = noise({3, 21, 64}, 4);
  const at::Tensor together = linear(x, weights);
  for (int b = 0; b < 3; ++b) {
    EXPECT_TRUE(same_bits(linear(x.narrow(0, b, 1), weights), together.narrow(0, b, 1)));
  }
}

TEST(Linear, MatchesTheDefinitionInDouble) {
  LinearWeights weights = make_linear(64, 48);
  const at::Tensor x = noise({2, 3, 5, 64}, 5);
  const auto expected = [&] {
    return at::linear(x.to(at::kDouble), weights.weight.to(at::kDouble),
                      weights.bias.defined() ? weights.bias.to(at::kDouble) : at::Tensor());
  };
  EXPECT_LT(relative_max(linear(x, weights), expected()), 1e-6);
  weights.bias = at::Tensor();
  EXPECT_LT(relative_max(linear(x, weights), expected()), 1e-6);
}

TEST(Linear, AnIdentityKeepsEveryValue) {
  const LinearWeights identity{at::eye(16, at::kFloat), {}};
  const at::Tensor ramp = at::arange(96, at::kFloat).view({2, 3, 16});
  EXPECT_TRUE(same_bits(linear(ramp, identity), ramp));
}

TEST(Linear, TakesTransposedInput) {
  const LinearWeights weights = make_linear(32, 16);
  const at::Tensor x = noise({2, 32, 9}, 6).transpose(1, 2);
  EXPECT_TRUE(same_bits(linear(x, weights), linear(x.contiguous(), weights)));
}

TEST(Linear, NoRowsGiveNoRows) {
  const at::Tensor y = linear(at::empty({2, 0, 32}, at::kFloat), make_linear(32, 16));
  EXPECT_EQ(y.sizes(), (std::vector<std::int64_t>{2, 0, 16}));
}

TEST(Linear, ComputesInDoubleForDoubleRows) {
  const LinearWeights weights{noise({8, 8}, 1).to(at::kDouble), noise({8}, 2).to(at::kDouble)};
  const at::Tensor y = linear(noise({3, 8}, 3).to(at::kDouble), weights);
  EXPECT_EQ(y.scalar_type(), at::kDouble);
}

TEST(Pointwise, MixesTheChannelsOfEachPixel) {
  const LinearWeights swap{at::tensor({0.0f, 1.0f, 1.0f, 0.0f}).view({2, 2}), {}};
  const at::Tensor x = at::arange(12, at::kFloat).view({1, 2, 2, 3});
  EXPECT_TRUE(at::equal(pointwise(x, swap), x.flip(1)));
}

}  // namespace
}  // namespace tessera::model
