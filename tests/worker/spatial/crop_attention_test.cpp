#include "worker/spatial/crop_attention.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/worker/spatial/strip_scene.h"

namespace tessera::testing {
namespace {

using partition::RowRange;

constexpr int kChannels = 16;
constexpr int kHeads = 2;
constexpr partition::Extent kMap{20, 12};

worker::AttentionMaps maps_of(RowRange rows) {
  const at::Tensor q = wave({2, kMap.rows, kMap.cols, kChannels}, 1, 1.0);
  const at::Tensor kv = wave({2, kMap.rows, kMap.cols, 2 * kChannels}, 2, 1.0);
  return {q.narrow(1, rows.begin, rows.rows()).contiguous(), kv, rows, kHeads};
}

/// 8 x 8 tokens; the first crop is shifted over the upper left border, the last over the lower
/// right.
struct Crops {
  Crops() {
    shifts.front() = {-grid.rows.jitter_bound, -grid.cols.jitter_bound};
    shifts.back() = {grid.rows.jitter_bound, grid.cols.jitter_bound};
  }
  std::vector<partition::CropShare> of(RowRange rows) const {
    return partition::crops_of_strip(grid, shifts, rows);
  }

  partition::CropGrid grid = partition::paper_crops(kMap, {128, 128}, 1, 0.125);
  std::vector<partition::CropShift> shifts = partition::draw_jitter(grid, {4, 1, 9, 3});
};

/// Softmax attention in double; `outside` tokens of score 0 and value 0 take part.
at::Tensor attend_literally(const at::Tensor& q, const at::Tensor& kv, int outside) {
  const auto heads = [](const at::Tensor& x) {
    return x.to(at::kDouble).reshape({-1, kHeads, kChannels / kHeads}).transpose(0, 1);
  };
  const auto k_and_v = kv.chunk(2, -1);
  const at::Tensor scores = at::matmul(heads(q), heads(k_and_v[0]).transpose(1, 2)) /
                            std::sqrt(static_cast<double>(kChannels / kHeads));
  const at::Tensor weights = scores.exp();
  const at::Tensor sum = weights.sum(2, /*keepdim=*/true) + static_cast<double>(outside);
  return at::matmul(weights / sum, heads(k_and_v[1])).transpose(0, 1).reshape({-1, kChannels});
}

/// Mean over crops of what each gives, by the definition, for the whole map.
at::Tensor crops_literally(const Crops& crops, worker::BorderTokens border) {
  const worker::AttentionMaps maps = maps_of({0, kMap.rows});
  at::Tensor sum = at::zeros({2, kMap.rows, kMap.cols, kChannels}, at::kDouble);
  at::Tensor hits = at::zeros({2, kMap.rows, kMap.cols, 1}, at::kDouble);
  for (const partition::CropShare& crop : crops.of({0, kMap.rows})) {
    const auto cut = [&](const at::Tensor& map, std::int64_t b) {
      return map[b]
          .narrow(0, crop.window.row_begin, crop.window.rows())
          .narrow(1, crop.window.col_begin, crop.window.cols());
    };
    const bool null_keys = border == worker::BorderTokens::NullKeys;
    for (std::int64_t b = 0; b < 2; ++b) {
      const at::Tensor out = attend_literally(cut(maps.q_BHWC, b), cut(maps.kv_BHWC, b),
                                              null_keys ? crop.outside_tokens : 0);
      cut(sum, b).add_(out.view({crop.window.rows(), crop.window.cols(), kChannels}));
      cut(hits, b).add_(1.0);
    }
  }
  return sum / hits;
}

class CropAttention : public ::testing::TestWithParam<worker::BorderTokens> {};

TEST_P(CropAttention, IsTheMeanOfAttentionInsideTheCrops) {
  const Crops crops;
  const at::Tensor computed = worker::attend_crops(maps_of({0, kMap.rows}),
                                                   crops.of({0, kMap.rows}), {GetParam(), 1 << 20});
  EXPECT_LE(relative_difference(computed, crops_literally(crops, GetParam())), 1e-5);
}

TEST_P(CropAttention, GivesEveryStripTheSameRowsWhateverTheBatch) {
  const Crops crops;
  const at::Tensor whole = worker::attend_crops(maps_of({0, kMap.rows}), crops.of({0, kMap.rows}),
                                                {GetParam(), 1 << 20});
  for (const RowRange rows : {RowRange{0, 1}, RowRange{7, 8}, RowRange{3, 18}, RowRange{19, 20}}) {
    for (const std::int64_t bytes : {std::int64_t{1}, std::int64_t{20000}, std::int64_t{1} << 30}) {
      expect_same_bits(worker::attend_crops(maps_of(rows), crops.of(rows), {GetParam(), bytes}),
                       whole.narrow(1, rows.begin, rows.rows()),
                       "rows from " + std::to_string(rows.begin));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Borders, CropAttention,
                         ::testing::Values(worker::BorderTokens::Clip,
                                           worker::BorderTokens::NullKeys),
                         [](const auto& given) {
                           return std::string(
                               given.param == worker::BorderTokens::Clip ? "Clipped" : "NullKeys");
                         });

TEST(CropAttentionControl, NullKeysChangeTheResult) {
  const Crops crops;
  EXPECT_GT(relative_difference(crops_literally(crops, worker::BorderTokens::Clip),
                                crops_literally(crops, worker::BorderTokens::NullKeys)),
            1e-3);
}

}  // namespace
}  // namespace tessera::testing
