// Strips against one strip, and one strip against the literal definition of docs/algorithms.md in
// double precision: padded crops with their own projections, two blurs of projected maps.
#include "worker/spatial/scale_fused_attention.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "comm/solo_communicator.h"
#include "tests/worker/rank_scenario.h"
#include "tests/worker/spatial/attention_scene.h"

namespace tessera::testing {
namespace {

using partition::Rect;

class ScaleFusedAttentionOnThreads : public ScenarioOnThreads {};
TEST_P(ScaleFusedAttentionOnThreads, Holds) { run_on_threads(); }
INSTANTIATE_TEST_SUITE_P(All, ScaleFusedAttentionOnThreads,
                         ::testing::Combine(::testing::ValuesIn(attention_scenarios()),
                                            thread_rank_counts()),
                         scenario_on_ranks);

enum class Keys { InOrder, Permuted };

/// The layer in double precision, by its definition.
class LiteralAttention {
 public:
  LiteralAttention(const AttentionScene& scene, const worker::RandomSource& random, Keys keys)
      : plan_(scene.plan), map_(scene.map), keys_(keys) {
    const model::AttentionWeights weights = wave_attention(kAttentionChannels);
    w_q_ = weights.q.weight.to(at::kDouble);
    w_kv_ = weights.kv.weight.to(at::kDouble);
    w_out_ = weights.out.weight.to(at::kDouble);
    bias_ = weights.out.bias.to(at::kDouble);
    grid_ = official() ? partition::official_crops(plan_.image, map_, kAttentionBase.cols)
                       : partition::paper_crops(map_, kAttentionBase, 1, plan_.crop_jitter);
    const model::AttentionSite site = attention_site();
    shifts_ = random.crop_shifts(grid_, plan_, 4, site.layer, site.path);
  }

  at::Tensor operator()(const at::Tensor& x_BCHW) const {
    const at::Tensor x = x_BCHW.to(at::kDouble).permute({0, 2, 3, 1});
    at::Tensor fused = global(x);
    if (plan_.self_attention == worker::SelfAttention::ScaleFused) {
      fused = blur(local(x)) + fused - blur(fused);
    }
    return fused.permute({0, 3, 1, 2});
  }

 private:
  bool official() const { return plan_.crop_rule == worker::CropRule::Official; }

  static at::Tensor by_head(const at::Tensor& x_BNC) {
    return x_BNC.view({x_BNC.size(0), x_BNC.size(1), kAttentionHeads, -1}).transpose(1, 2);
  }

  /// The whole layer on the tokens of a map of its own.
  at::Tensor layer(const at::Tensor& x_BHWC) const {
    const at::Tensor tokens = x_BHWC.reshape({x_BHWC.size(0), -1, x_BHWC.size(3)});
    const auto kv = at::linear(tokens, w_kv_).chunk(2, -1);
    const at::Tensor q = by_head(at::linear(tokens, w_q_));
    const at::Tensor k = keys_ == Keys::Permuted ? kv[0].roll(1, 1) : kv[0];
    const at::Tensor scores = at::matmul(q, by_head(k.contiguous()).transpose(2, 3)) /
                              std::sqrt(static_cast<double>(q.size(3)));
    const at::Tensor heads = at::matmul(scores.softmax(3), by_head(kv[1].contiguous()));
    const at::Tensor joined = heads.transpose(1, 2).reshape(tokens.sizes());
    return at::linear(joined, w_out_, bias_).view(x_BHWC.sizes());
  }

  at::Tensor global(const at::Tensor& x) const {
    if (plan_.global_branch == partition::GlobalBranch::Dense) return layer(x);
    at::Tensor result = at::empty_like(x);
    for (int p = 0; p < plan_.phases.rows; ++p) {
      for (int q = 0; q < plan_.phases.cols; ++q) {
        const auto phase = [&](const at::Tensor& map) {
          return map.slice(1, p, c10::nullopt, plan_.phases.rows)
              .slice(2, q, c10::nullopt, plan_.phases.cols);
        };
        phase(result).copy_(layer(phase(x)));
      }
    }
    return result;
  }

  /// Mean over the shifted crops; in `official` mode they are cut from the map padded by zeros.
  at::Tensor local(const at::Tensor& x) const {
    const int pad_rows = official() ? grid_.rows.jitter_bound : 0;
    const int pad_cols = official() ? grid_.cols.jitter_bound : 0;
    const at::Tensor padded =
        at::constant_pad_nd(x, {0, 0, pad_cols, pad_cols, pad_rows, pad_rows});
    at::Tensor sum = at::zeros_like(padded);
    at::Tensor hits = at::zeros({1, padded.size(1), padded.size(2), 1}, at::kDouble);
    for (int crop = 0; crop < grid_.count(); ++crop) {
      const partition::CropShift shift = shifts_[static_cast<std::size_t>(crop)];
      const Rect window = grid_.window(crop);
      const auto rows = static_cast<int>(padded.size(1));
      const auto cols = static_cast<int>(padded.size(2));
      const Rect at{std::max(0, window.row_begin + shift.row + pad_rows),
                    std::min(rows, window.row_end + shift.row + pad_rows),
                    std::max(0, window.col_begin + shift.col + pad_cols),
                    std::min(cols, window.col_end + shift.col + pad_cols)};
      const auto cut = [&](const at::Tensor& map) {
        return map.narrow(1, at.row_begin, at.rows()).narrow(2, at.col_begin, at.cols());
      };
      cut(sum).add_(layer(cut(padded)));
      cut(hits).add_(1.0);
    }
    return (sum / hits).narrow(1, pad_rows, map_.rows).narrow(2, pad_cols, map_.cols);
  }

  at::Tensor taps() const {
    const at::Tensor j =
        at::arange(-plan_.blur_radius, plan_.blur_radius + 1, at::TensorOptions(at::kDouble));
    const at::Tensor raw = at::exp(-j * j / 2.0);
    return raw / raw.sum();
  }

  /// Correlation with the taps along one dimension, zero padded.
  at::Tensor blur_along(const at::Tensor& x, std::int64_t dim) const {
    const at::Tensor weights = taps();
    at::Tensor result = at::zeros_like(x);
    for (int offset = -plan_.blur_radius; offset <= plan_.blur_radius; ++offset) {
      const std::int64_t length = x.size(dim) - std::abs(offset);
      if (length <= 0) continue;
      result.narrow(dim, std::max(0, -offset), length)
          .add_(x.narrow(dim, std::max(0, offset), length) *
                weights[offset + plan_.blur_radius].item<double>());
    }
    return result;
  }

  at::Tensor blur(const at::Tensor& x) const {
    const at::Tensor flat = blur_along(blur_along(x, 1), 2);
    if (official()) return blur_along(flat, 3);
    return flat / blur_along(blur_along(at::ones_like(x), 1), 2);  // `paper`: renormalised
  }

  worker::StagePlan plan_;
  partition::Extent map_;
  Keys keys_;
  at::Tensor w_q_, w_kv_, w_out_, bias_;
  partition::CropGrid grid_;
  std::vector<partition::CropShift> shifts_;
};

class ScaleFusedAttentionLiteral : public ::testing::TestWithParam<AttentionScene> {
 protected:
  at::Tensor computed(std::uint64_t seed) {
    comm::SoloCommunicator solo;
    const StripScene strips(solo, GetParam().plan.latent);
    return run_attention(GetParam(), strips, strips.whole(), worker::RandomSource(seed, ""));
  }
  at::Tensor literal(std::uint64_t seed, Keys keys) {
    const worker::RandomSource random(seed, "");
    return LiteralAttention(GetParam(), random, keys)(attention_input(GetParam().map));
  }
};

TEST_P(ScaleFusedAttentionLiteral, MatchesTheDefinitionWithinRounding) {
  EXPECT_LE(relative_difference(computed(11), literal(11, Keys::InOrder)), 1e-5);
}

TEST_P(ScaleFusedAttentionLiteral, NoticesPermutedKeys) {
  EXPECT_GT(relative_difference(computed(11), literal(11, Keys::Permuted)), 1e-3);
}

TEST_P(ScaleFusedAttentionLiteral, NoticesOtherJitterWhereThereAreCrops) {
  const double difference = relative_difference(computed(11), literal(12, Keys::InOrder));
  if (GetParam().plan.self_attention == worker::SelfAttention::Plain) {
    EXPECT_LE(difference, 1e-5);
  } else {
    EXPECT_GT(difference, 1e-3);
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, ScaleFusedAttentionLiteral, ::testing::ValuesIn(attention_scenes()),
                         [](const auto& given) { return given.param.name; });

TEST(ScaleFusedAttention, ShowsItsCropsToTheObserver) {
  comm::SoloCommunicator solo;
  const AttentionScene scene = paper_attention();
  const StripScene strips(solo, scene.plan.latent);
  const worker::RandomSource random(11, "");
  int calls = 0;
  worker::ScaleFusedAttention::Settings settings{scene.plan, kAttentionBase, 1 << 20};
  settings.observe_crops = [&](const model::AttentionSite& site, const partition::CropGrid& grid,
                               const std::vector<partition::CropShift>& shifts) {
    ++calls;
    EXPECT_EQ(grid, partition::paper_crops(scene.map, kAttentionBase, 1, 0.125));
    EXPECT_EQ(shifts, random.crop_shifts(grid, scene.plan, 4, site.layer, site.path));
  };
  worker::ScaleFusedAttention attention(strips.whole(), settings, &random);
  model::AttentionSite site = attention_site();
  site.map = scene.map;
  model::StepContext step;
  step.step = 4;
  attention(wave({1, scene.map.rows * scene.map.cols, kAttentionChannels}, 1, 1.0),
            wave_attention(kAttentionChannels), site, step);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace tessera::testing
