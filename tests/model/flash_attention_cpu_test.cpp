#include "model/layers/flash_attention_cpu.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/model/literal_attention.h"
#include "tests/model/tensor_patterns.h"

namespace tessera::model {
namespace {

struct Sizes {
  int queries, keys, width;
};

void PrintTo(const Sizes& sizes, std::ostream* out) {
  *out << sizes.queries << "queries" << sizes.keys << "keys" << sizes.width << "wide";
}

class FlashAttentionSizes : public ::testing::TestWithParam<Sizes> {};

TEST_P(FlashAttentionSizes, MatchesALiteralSoftmaxInDouble) {
  const auto [queries, keys, width] = GetParam();
  const at::Tensor q = noise({2, 3, queries, width}, 1);
  const at::Tensor k = noise({2, 3, keys, width}, 2);
  const at::Tensor v = noise({2, 3, keys, width}, 3);
  const FlashAttention flash = flash_attention_cpu(q, k, v);
  const LiteralAttention literal = literal_attention(q, k, v);
  EXPECT_LT(relative_max(flash.out_BKND, literal.out_BKND), 2e-6);
  EXPECT_LT(relative_max(flash.lse_BKN, literal.lse_BKN), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Sizes, FlashAttentionSizes,
                         ::testing::Values(Sizes{1, 1, 8}, Sizes{7, 3, 8}, Sizes{24, 77, 8},
                                           Sizes{25, 77, 16}, Sizes{64, 77, 64}, Sizes{31, 128, 32},
                                           Sizes{31, 129, 40}, Sizes{50, 255, 24},
                                           Sizes{48, 300, 72}, Sizes{23, 1000, 64},
                                           Sizes{30, 130, 160}, Sizes{30, 140, 512}));

TEST(FlashAttentionProp, AQuerysBitsDoNotDependOnTheOtherQueriesOrItsPlace) {
  constexpr int kQueries = 164;
  const at::Tensor q = noise({1, 2, kQueries, 32}, 4);
  const at::Tensor k = noise({1, 2, 205, 32}, 5);
  const at::Tensor v = noise({1, 2, 205, 32}, 6);
  const FlashAttention all = flash_attention_cpu(q, k, v);
  for (int count = 1; count <= 100; ++count) {
    for (const int begin : {0, 1, 37, kQueries - count}) {
      SCOPED_TRACE(::testing::Message() << count << " queries from " << begin);
      const FlashAttention some = flash_attention_cpu(q.narrow(2, begin, count), k, v);
      ASSERT_TRUE(same_bits(some.out_BKND, all.out_BKND.narrow(2, begin, count)));
      ASSERT_TRUE(same_bits(some.lse_BKN, all.lse_BKN.narrow(2, begin, count)));
    }
  }
}

TEST(FlashAttentionProp, AHeadsBitsDoNotDependOnTheOtherHeadsOrTheBatch) {
  const at::Tensor q = noise({2, 4, 50, 16}, 7);
  const at::Tensor k = noise({2, 4, 90, 16}, 8);
  const at::Tensor v = noise({2, 4, 90, 16}, 9);
  const FlashAttention all = flash_attention_cpu(q, k, v);
  for (int b = 0; b < 2; ++b) {
    for (int head = 0; head < 4; ++head) {
      const auto one = [&](const at::Tensor& x) { return x.narrow(0, b, 1).narrow(1, head, 1); };
      EXPECT_TRUE(
          same_bits(flash_attention_cpu(one(q), one(k), one(v)).out_BKND, one(all.out_BKND)));
    }
  }
}

TEST(FlashAttention, TakesHeadsThatLieInterleavedInTokens) {
  const at::Tensor tokens = noise({2, 40, 3 * 4 * 16}, 10);
  const auto part = [&](int index) {
    return tokens.narrow(2, index * 64, 64).view({2, 40, 4, 16}).transpose(1, 2);
  };
  ASSERT_FALSE(part(0).is_contiguous());
  const FlashAttention strided = flash_attention_cpu(part(0), part(1), part(2));
  const FlashAttention packed =
      flash_attention_cpu(part(0).contiguous(), part(1).contiguous(), part(2).contiguous());
  EXPECT_TRUE(same_bits(strided.out_BKND, packed.out_BKND));
  EXPECT_TRUE(same_bits(strided.lse_BKN, packed.lse_BKN));
}

TEST(FlashAttention, JoiningHeadsOfTheOutputNeedsNoCopy) {
  const at::Tensor q = noise({2, 4, 9, 8}, 11);
  EXPECT_TRUE(flash_attention_cpu(q, q, q).out_BKND.transpose(1, 2).is_contiguous());
}

TEST(FlashAttention, OneKeyGivesItsValue) {
  const at::Tensor q = noise({1, 2, 30, 16}, 12);
  const at::Tensor k = noise({1, 2, 1, 16}, 13);
  const at::Tensor v = noise({1, 2, 1, 16}, 14);
  EXPECT_TRUE(same_bits(flash_attention_cpu(q, k, v).out_BKND, v.expand({1, 2, 30, 16})));
}

TEST(FlashAttention, EqualScoresGiveTheMeanOfTheValues) {
  const at::Tensor q = at::zeros({1, 1, 5, 8}, at::kFloat);
  const at::Tensor k = noise({1, 1, 300, 8}, 15);
  const at::Tensor v = at::arange(300, at::kFloat).view({1, 1, 300, 1}).expand({1, 1, 300, 8});
  const FlashAttention flash = flash_attention_cpu(q, k, v.contiguous());
  EXPECT_LT(relative_max(flash.out_BKND, at::full({1, 1, 5, 8}, 149.5, at::kDouble)), 1e-6);
  EXPECT_LT(relative_max(flash.lse_BKN, at::full({1, 1, 5}, std::log(300.0), at::kDouble)), 1e-6);
}

/// Keys whose scaled scores are `scores` for queries (1, 0, 0, ...).
at::Tensor keys_of_scores(const std::vector<float>& scores) {
  const auto count = static_cast<std::int64_t>(scores.size());
  at::Tensor k = at::zeros({1, 1, count, 16}, at::kFloat);
  for (std::int64_t key = 0; key < count; ++key) {
    k[0][0][key][0] = 4 * scores[static_cast<std::size_t>(key)];
  }
  return k;
}

TEST(FlashAttention, ScoresFromMinusToPlus80StayExactInAnyOrder) {
  at::Tensor q = at::zeros({1, 1, 3, 16}, at::kFloat);
  q.select(3, 0).fill_(1);
  std::vector<float> scores;
  for (int key = 0; key < 161; ++key) scores.push_back(static_cast<float>(key - 80));
  const at::Tensor v = noise({1, 1, 161, 16}, 16);
  for (int order = 0; order < 2; ++order) {
    SCOPED_TRACE(order == 0 ? "rising" : "falling");
    const at::Tensor k = keys_of_scores(scores);
    const FlashAttention flash = flash_attention_cpu(q, k, v);
    const LiteralAttention literal = literal_attention(q, k, v);
    // A score of 80 is rounded to 4e-6, which is the relative error of its share.
    EXPECT_LT(relative_max(flash.out_BKND, literal.out_BKND), 1e-5);
    EXPECT_LT(relative_max(flash.lse_BKN, literal.lse_BKN), 1e-6);
    std::reverse(scores.begin(), scores.end());
  }
}

TEST(FlashAttention, ScoresThatAreAllFarBelowZeroStillAddUpToOne) {
  at::Tensor q = at::zeros({1, 1, 1, 16}, at::kFloat);
  q.select(3, 0).fill_(1);
  const at::Tensor k = keys_of_scores(std::vector<float>(137, -300.0f));
  const FlashAttention flash = flash_attention_cpu(q, k, at::ones({1, 1, 137, 16}, at::kFloat));
  EXPECT_LT(relative_max(flash.out_BKND, at::ones({1, 1, 1, 16}, at::kDouble)), 1e-6);
  EXPECT_NEAR(flash.lse_BKN.item<double>(), -300 + std::log(137.0), 1e-4);
}

TEST(FlashAttention, PaddedKeysTakeNoPart) {
  // All real scores are far below the score 0 that a padded key of zeros would have.
  at::Tensor q = at::zeros({1, 1, 1, 16}, at::kFloat);
  q.select(3, 0).fill_(1);
  const at::Tensor v = noise({1, 1, 5, 16}, 17);
  const FlashAttention flash = flash_attention_cpu(q, keys_of_scores({-60, -60, -60, -60, -60}), v);
  EXPECT_LT(relative_max(flash.out_BKND, v.mean(2, /*keepdim=*/true)), 1e-6);
}

}  // namespace
}  // namespace tessera::model
