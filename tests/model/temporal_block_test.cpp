#include "model/video/temporal_block.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/model/recording_ops.h"

namespace tessera::model {
namespace {

constexpr int kWidth = 32;
constexpr int kInner = 48;
constexpr int kHeads = 3;

/// The definition in double: heads one by one, every window for itself, weighted mean.
at::Tensor attend_in_double(const at::Tensor& x_PTC, const AttentionWeights& weights, int heads,
                            const std::vector<partition::FrameWindow>& windows) {
  const at::Tensor x = x_PTC.to(at::kDouble);
  const at::Tensor q = at::matmul(x, weights.q.weight.to(at::kDouble).t());
  const auto kv = at::matmul(x, weights.kv.weight.to(at::kDouble).t()).chunk(2, -1);
  const std::int64_t width = q.size(2) / heads;
  at::Tensor sum = at::zeros_like(q);
  at::Tensor total = at::zeros({q.size(1), 1}, at::kDouble);
  for (const partition::FrameWindow& window : windows) {
    for (int index = 0; index < window.frames(); ++index) {
      total[window.begin + index] += window.weight(index);
    }
    for (std::int64_t head = 0; head < heads; ++head) {
      const auto cut = [&](const at::Tensor& t) {
        return t.narrow(1, window.begin, window.frames()).narrow(2, head * width, width);
      };
      const at::Tensor scores =
          at::matmul(cut(q), cut(kv[0]).transpose(1, 2)) / std::sqrt(static_cast<double>(width));
      const at::Tensor attended = at::matmul(at::softmax(scores, -1), cut(kv[1]));
      for (int index = 0; index < window.frames(); ++index) {
        cut(sum).select(1, index).add_(attended.select(1, index) * window.weight(index));
      }
    }
  }
  return at::matmul(sum / total, weights.out.weight.to(at::kDouble).t()) +
         weights.out.bias.to(at::kDouble);
}

class TemporalBlock : public ::testing::Test {
 protected:
  at::Tensor run(const at::Tensor& x, const StepContext& step = {}) {
    return temporal_transformer(x, weights_, 8, step, ops_);
  }

  c10::InferenceMode inference_;
  SyntheticWeights source_;
  RecordingOps ops_{source_};
  TemporalTransformerWeights weights_ =
      load_temporal_transformer(source_, "t", {kWidth, kInner, kHeads, 2, ProjectionForm::Conv1d});
};

TEST_F(TemporalBlock, EveryPixelAttendsOverItsFrames) {
  const at::Tensor x = noise({6, 16, kInner}, 1);
  const AttentionWeights& attention = weights_.blocks[0].first;
  const at::Tensor exact = attend_in_double(x, attention, kHeads, {{0, 16}});
  EXPECT_LT(relative_max(attend_frames(x, attention, kHeads, {}), exact), 1e-5);
}

TEST_F(TemporalBlock, WindowsAreAveragedBeforeTheProjection) {
  const at::Tensor x = noise({5, 24, kInner}, 2);
  const AttentionWeights& attention = weights_.blocks[1].second;
  const auto windows = partition::frame_windows(24, {});
  StepContext step;
  step.windows = &windows;
  const at::Tensor exact = attend_in_double(x, attention, kHeads, windows);
  EXPECT_LT(relative_max(attend_frames(x, attention, kHeads, step), exact), 1e-5);
  EXPECT_GT(relative_max(attend_frames(x, attention, kHeads, {}), exact), 1e-2);
}

TEST_F(TemporalBlock, OneWindowIsPlainAttention) {
  const at::Tensor x = noise({4, 16, kInner}, 3);
  const auto windows = partition::frame_windows(16, {});
  StepContext step;
  step.windows = &windows;
  const AttentionWeights& attention = weights_.blocks[0].first;
  EXPECT_TRUE(same_bits(attend_frames(x, attention, kHeads, step),
                        attend_frames(x, attention, kHeads, {})));
}

TEST_F(TemporalBlock, BitsOfARowDoNotDependOnTheStrip) {
  // Attention, norms of tokens and feed-forward alone: the GroupNorm is the ranks' affair.
  const at::Tensor x = noise({700, 24, kInner}, 4);
  const auto windows = partition::frame_windows(24, {});
  StepContext step;
  step.windows = &windows;
  const AttentionWeights& attention = weights_.blocks[0].first;
  const at::Tensor whole = attend_frames(x, attention, kHeads, step);
  for (const auto& [begin, pixels] : {std::pair{0, 1}, {1, 99}, {100, 600}}) {
    EXPECT_TRUE(same_bits(attend_frames(x.narrow(0, begin, pixels), attention, kHeads, step),
                          whole.narrow(0, begin, pixels)));
  }
}

TEST_F(TemporalBlock, NormalisesOverTheClipAndAddsTheInput) {
  const at::Tensor x = noise_map({4, kWidth, 3, 5}, 5);
  weights_.proj_out.weight = at::zeros_like(weights_.proj_out.weight);
  weights_.proj_out.bias = at::zeros_like(weights_.proj_out.bias);
  EXPECT_TRUE(at::equal(run(x), x));
  ASSERT_EQ(ops_.norms.size(), 1U);
  EXPECT_EQ(ops_.norms[0].geometry.frames, 4);
  EXPECT_EQ(ops_.norms[0].geometry.eps, 1e-6);
  EXPECT_TRUE(ops_.attentions.empty());  // nothing beyond the row
}

TEST_F(TemporalBlock, DoesNotKnowWhereAPixelIsNorWhichFrameComesFirst) {
  const at::Tensor x = noise_map({4, kWidth, 2, 6}, 6);
  EXPECT_LT(relative_max(run(x.flip(3)), run(x).flip(3)), 1e-5);
  EXPECT_LT(relative_max(run(x.flip(0)), run(x).flip(0)), 1e-5);
}

TEST_F(TemporalBlock, ATraceShowsLayersInTheLayoutOfTheirModules) {
  std::map<std::string, std::vector<std::int64_t>> shapes;
  const TensorTap tap = [&](const std::string& name, const at::Tensor& value, TapLayout) {
    shapes[name] = value.sizes().vec();
  };
  const at::Tensor x = noise_map({4, kWidth, 2, 6}, 7);
  const at::Tensor quiet = run(x);
  StepContext step;
  step.tap = &tap;
  run(x, step);
  EXPECT_TRUE(shapes.empty());
  step.tap_detail = TapDetail::EveryLayer;
  EXPECT_TRUE(same_bits(run(x, step), quiet));
  using Shape = std::vector<std::int64_t>;
  EXPECT_EQ(shapes.at("t.norm.out"), (Shape{4, kWidth, 2, 6}));
  EXPECT_EQ(shapes.at("t.transformer_blocks.1.attn2.in"), (Shape{12, 4, kInner}));
  EXPECT_EQ(shapes.at("t.transformer_blocks.0.ff.out"), (Shape{12, 4, kInner}));
  EXPECT_EQ(shapes.at("t.proj_out.out"), (Shape{12, kWidth, 4}));  // as a Conv1d
}

}  // namespace
}  // namespace tessera::model
