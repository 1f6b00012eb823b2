#include "model/layers/attention_kernel.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/model/literal_attention.h"
#include "tests/model/tensor_patterns.h"

namespace tessera::model {
namespace {

class AttendWidths : public ::testing::TestWithParam<int> {};

TEST_P(AttendWidths, MatchesALiteralSoftmaxWithItsLogSumExp) {
  const at::Tensor q = noise({2, 2, 33, GetParam()}, 1);
  const at::Tensor k = noise({2, 2, 77, GetParam()}, 2);
  const at::Tensor v = noise({2, 2, 77, GetParam()}, 3);
  const Attended attended = attend(q, k, v, LogSumExp::Return);
  const LiteralAttention literal = literal_attention(q, k, v);
  EXPECT_LT(relative_max(attended.out_BKND, literal.out_BKND), 2e-6);
  EXPECT_LT(relative_max(attended.lse_BKN, literal.lse_BKN), 1e-6);
  EXPECT_EQ(attended.lse_BKN.sizes(), (std::vector<std::int64_t>{2, 2, 33}));
}

// 12 and 20 are no multiples of 8 and take the kernel of the library.
INSTANTIATE_TEST_SUITE_P(Widths, AttendWidths, ::testing::Values(8, 12, 16, 20, 64));

TEST(Attend, ComputesInDoubleForDoubleHeads) {
  const at::Tensor q = noise({1, 2, 9, 16}, 4).to(at::kDouble);
  const at::Tensor out = attend(q, q, q, LogSumExp::Skip).out_BKND;
  EXPECT_EQ(out.scalar_type(), at::kDouble);
  EXPECT_LT(relative_max(out, literal_attention(q, q, q).out_BKND), 1e-13);
}

TEST(Attend, NoQueriesGiveAnEmptyResult) {
  const at::Tensor k = noise({1, 2, 5, 8}, 5);
  const Attended attended = attend(at::empty({1, 2, 0, 8}, at::kFloat), k, k, LogSumExp::Return);
  EXPECT_EQ(attended.out_BKND.sizes(), (std::vector<std::int64_t>{1, 2, 0, 8}));
  EXPECT_EQ(attended.lse_BKN.sizes(), (std::vector<std::int64_t>{1, 2, 0}));
}

}  // namespace
}  // namespace tessera::model
