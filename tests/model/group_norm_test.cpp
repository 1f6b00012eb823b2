#include "model/layers/group_norm.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/model/tensor_patterns.h"

namespace tessera::model {
namespace {

/// Mean and biased variance per group in double, [B, groups, 2].
at::Tensor exact_moments(const at::Tensor& x, int groups) {
  const at::Tensor grouped = x.to(at::kDouble).contiguous().view({x.size(0), groups, -1});
  return at::stack({grouped.mean(2), grouped.var(2, /*unbiased=*/false)}, 2);
}

at::Tensor moments_of_blocks(const at::Tensor& x, const std::vector<int>& block_rows, int groups) {
  std::vector<at::Tensor> parts;
  std::vector<std::int64_t> elements;
  int begin = 0;
  for (const int rows : block_rows) {
    parts.push_back(group_moments(x, {begin, begin + rows}, groups));
    elements.push_back(x.size(1) / groups * rows * x.size(3));
    begin += rows;
  }
  return merge_moments(at::stack(parts, 0), elements);
}

double variance_error(const at::Tensor& moments, const at::Tensor& exact) {
  return ((moments.select(2, 1) / exact.select(2, 1) - 1).abs().max()).item<double>();
}

/// Error of the means in units of |mean| + deviation: what rounding of the map itself gives.
double mean_error(const at::Tensor& moments, const at::Tensor& exact) {
  const at::Tensor unit = exact.select(2, 0).abs() + exact.select(2, 1).sqrt();
  return ((moments.select(2, 0) - exact.select(2, 0)).abs() / unit).max().item<double>();
}

/// Maps whose mean is far from zero in units of their deviation.
class MomentsOfOffsetMaps : public ::testing::TestWithParam<double> {
 protected:
  at::Tensor map_ =
      (noise_map({2, 16, 32, 24}, 1) + GetParam()).contiguous(at::MemoryFormat::ChannelsLast);
};

TEST_P(MomentsOfOffsetMaps, StayExactToRounding) {
  const at::Tensor exact = exact_moments(map_, 4);
  const at::Tensor moments = moments_of_blocks(map_, {16, 16}, 4);
  EXPECT_LT(mean_error(moments, exact), 1e-6);
  EXPECT_LT(variance_error(moments, exact), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(MeanOverDeviation, MomentsOfOffsetMaps,
                         ::testing::Values(0.0, 1.0, -30.0, 300.0));

TEST(GroupMoments, ADifferenceOfMeansWouldBeWrongWhereTheseAreRight) {
  const at::Tensor x =
      (noise_map({1, 32, 32, 32}, 2) + 300).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor exact = exact_moments(x, 8);
  // E[x^2] - E[x]^2 in fp32, the form that loses the variance.
  const at::Tensor grouped = x.contiguous().view({1, 8, -1});
  const at::Tensor naive = grouped.square().mean(2) - grouped.mean(2).square();
  EXPECT_GT((naive / exact.select(2, 1) - 1).abs().max().item<double>(), 1e-3);
  EXPECT_LT(variance_error(moments_of_blocks(x, {32}, 8), exact), 1e-5);
}

TEST(GroupMoments, OfARampAreThoseOfTheFormula) {
  // 0, 1, ..., n-1 has mean (n-1)/2 and variance (n^2-1)/12.
  constexpr int kCount = 64 * 48;
  const at::Tensor ramp = at::arange(kCount, at::kFloat).view({1, 1, 64, 48});
  const at::Tensor moments = moments_of_blocks(ramp, {16, 16, 16, 16}, 1);
  EXPECT_NEAR(moments[0][0][0].item<double>(), (kCount - 1) / 2.0, 1e-3);
  EXPECT_NEAR(moments[0][0][1].item<double>() / ((double{kCount} * kCount - 1) / 12), 1, 1e-6);
}

TEST(GroupMoments, OfAConstantMapHaveNoVariance) {
  const at::Tensor x = at::full({1, 8, 16, 8}, 0.5f, at::kFloat);
  const at::Tensor moments = group_moments(x, {0, 16}, 2);
  EXPECT_TRUE(at::equal(moments.select(2, 0), at::full({1, 2}, 0.5f, at::kFloat)));
  EXPECT_EQ(moments.select(2, 1).max().item<float>(), 0.0f);
}

TEST(GroupMoments, KeepGroupsAndBatchElementsApart) {
  at::Tensor x = at::zeros({2, 4, 4, 4}, at::kFloat);
  x[1].narrow(0, 2, 2).fill_(5);
  const at::Tensor moments = group_moments(x, {0, 4}, 2);
  EXPECT_EQ(moments[0].abs().max().item<float>(), 0.0f);
  EXPECT_EQ(moments[1][0][0].item<float>(), 0.0f);
  EXPECT_EQ(moments[1][1][0].item<float>(), 5.0f);
}

TEST(GroupMomentsProp, OfABlockHaveTheSameBitsInAnyStripAndBatch) {
  const at::Tensor whole = noise_map({2, 32, 40, 12}, 3);
  for (int begin = 0; begin + 8 <= 40; begin += 8) {
    const at::Tensor expected = group_moments(whole, {begin, begin + 8}, 8);
    for (const int above : {0, 3, begin}) {
      if (above > begin) continue;
      const at::Tensor strip = whole.narrow(2, begin - above, above + 8);
      EXPECT_TRUE(same_bits(group_moments(strip, {above, above + 8}, 8), expected));
    }
    const at::Tensor alone = whole.narrow(0, 1, 1);
    EXPECT_TRUE(same_bits(group_moments(alone, {begin, begin + 8}, 8), expected.narrow(0, 1, 1)));
  }
}

TEST(GroupMoments, AgreeWithTheTensorOperationsOfOtherTypes) {
  const at::Tensor x = noise_map({2, 16, 12, 10}, 4) + 2;
  EXPECT_LT(relative_max(group_moments(x.to(at::kDouble), {3, 9}, 4), group_moments(x, {3, 9}, 4)),
            1e-5);
}

class MergeMomentsProp : public ::testing::TestWithParam<std::vector<int>> {};

TEST_P(MergeMomentsProp, AnyPartitionIntoBlocksGivesTheMomentsOfTheWhole) {
  const at::Tensor slope = at::arange(24, at::kFloat).view({1, 1, 24, 1}) * 3;
  const at::Tensor x =
      (noise_map({2, 8, 24, 6}, 5) + slope).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor exact = exact_moments(x, 2);
  const at::Tensor moments = moments_of_blocks(x, GetParam(), 2);
  EXPECT_LT(mean_error(moments, exact), 1e-6);
  EXPECT_LT(variance_error(moments, exact), 3e-6);  // runs of 64 squares in fp32
}

INSTANTIATE_TEST_SUITE_P(Partitions, MergeMomentsProp,
                         ::testing::Values(std::vector<int>{24}, std::vector<int>{1, 23},
                                           std::vector<int>{23, 1}, std::vector<int>{8, 8, 8},
                                           std::vector<int>{5, 1, 7, 11}, std::vector<int>(24, 1)));

TEST(MergeMoments, IsTheFormulaOfChanForTwoBlocks) {
  const at::Tensor blocks = at::tensor({1.0f, 4.0f, 5.0f, 6.0f}, at::kFloat).view({2, 1, 1, 2});
  const at::Tensor merged = merge_moments(blocks, {2, 6});
  EXPECT_DOUBLE_EQ(merged[0][0][0].item<double>(), 1.0 + 4.0 * 6 / 8);
  EXPECT_DOUBLE_EQ(merged[0][0][1].item<double>(), (4.0 + 6.0 + 16.0 * 2 * 6 / 8) / 8);
}

TEST(MergeMoments, LeavesOutEmptyBlocksWhereverTheyAre) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor full = at::tensor({1.0f, 4.0f, 5.0f, 6.0f}, at::kFloat).view({2, 1, 1, 2});
  const at::Tensor none = at::full({1, 1, 1, 2}, nan, at::kFloat);
  const at::Tensor expected = merge_moments(full, {2, 6});
  const at::Tensor merged = merge_moments(
      at::cat({none, full.narrow(0, 0, 1), none, full.narrow(0, 1, 1), none}), {0, 2, 0, 6, 0});
  EXPECT_TRUE(at::equal(merged, expected)) << merged;
  EXPECT_TRUE(at::equal(merge_moments(none, {0}), at::zeros({1, 1, 2}, at::kDouble)));
}

class ApplyGroupNorm : public ::testing::Test {
 protected:
  at::Tensor apply(const at::Tensor& x, Activation activation) const {
    return apply_group_norm(x, moments_, weights_, {4, 1e-5, activation});
  }

  c10::InferenceMode inference_;
  at::Tensor x_ = noise_map({2, 16, 20, 9}, 6) * 3 + 1;
  NormWeights weights_{noise({16}, 7), noise({16}, 8)};
  at::Tensor moments_ = exact_moments(x_, 4);
};

TEST_F(ApplyGroupNorm, MatchesTheLibraryInDouble) {
  const at::Tensor expected = at::group_norm(x_.to(at::kDouble), 4, weights_.weight.to(at::kDouble),
                                             weights_.bias.to(at::kDouble), 1e-5);
  EXPECT_LT(relative_max(apply(x_, Activation::None), expected), 2e-6);
  EXPECT_LT(relative_max(apply(x_, Activation::Silu), at::silu(expected)), 2e-6);
}

TEST_F(ApplyGroupNorm, GivesTheSameBitsForAnyNumberOfRows) {
  for (const Activation activation : {Activation::None, Activation::Silu}) {
    const at::Tensor whole = apply(x_, activation);
    for (int rows = 1; rows <= 19; ++rows) {
      for (const int begin : {0, 20 - rows}) {
        SCOPED_TRACE(::testing::Message() << rows << " rows from " << begin);
        ASSERT_TRUE(
            same_bits(apply(x_.narrow(2, begin, rows), activation), whole.narrow(2, begin, rows)));
      }
    }
  }
}

TEST_F(ApplyGroupNorm, LeavesItsInputAlone) {
  const at::Tensor before = x_.clone();
  apply(x_, Activation::Silu);
  EXPECT_TRUE(same_bits(x_, before));
}

TEST_F(ApplyGroupNorm, GivesTheSameBitsInABatchAndAlone) {
  const at::Tensor both = apply(x_, Activation::Silu);
  const at::Tensor one = apply_group_norm(x_.narrow(0, 1, 1), moments_.narrow(0, 1, 1), weights_,
                                          {4, 1e-5, Activation::Silu});
  EXPECT_TRUE(same_bits(one, both.narrow(0, 1, 1)));
}

TEST(MergeMoments, OfAClipAreThoseOfAllItsFrames) {
  // Two clips of three frames whose means differ from frame to frame.
  const at::Tensor x =
      (noise_map({6, 16, 8, 5}, 21) + at::arange(6, at::kFloat).view({6, 1, 1, 1}) * 3)
          .contiguous(at::MemoryFormat::ChannelsLast);
  const std::int64_t elements = 4 * 4 * 5;
  const at::Tensor blocks =
      at::stack({group_moments(x, {0, 4}, 4), group_moments(x, {4, 8}, 4)}, 0);
  const at::Tensor merged = merge_moments(blocks, {elements, elements}, 3);
  ASSERT_EQ(merged.sizes(), (std::vector<std::int64_t>{6, 4, 2}));
  const at::Tensor clips = x.view({2, 3, 16, 8, 5}).transpose(1, 2).reshape({2, 16, 24, 5});
  const at::Tensor exact = exact_moments(clips, 4).repeat_interleave(3, 0);
  EXPECT_LT(mean_error(merged, exact), 1e-6);
  EXPECT_LT(variance_error(merged, exact), 1e-6);
  EXPECT_GT(variance_error(merge_moments(blocks, {elements, elements}), exact), 0.5);
}

}  // namespace
}  // namespace tessera::model
