#include "model/video/temporal_block.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "model/layers/attention_kernel.h"
#include "model/layers/linear.h"
#include "model/layers/row_chunks.h"
#include "model/unet/transformer_block.h"

namespace tessera::model {
namespace {

/// As the spatial transformer's entry norm (VideoCrafter).
constexpr double kEntryNormEps = 1e-6;
/// Floats of queries, keys and values of one chunk of pixels.
constexpr std::int64_t kChunkFloats = 1024 * 1024;

LinearWeights load_projection(WeightSource& source, const std::string& name, int in, int out,
                              ProjectionForm form) {
  if (form == ProjectionForm::Linear) return load_linear(source, name, in, out, Bias::Present);
  return {source.require(name + ".weight", {out, in, 1}).view({out, in}),
          source.require(name + ".bias", {out})};
}

TemporalBlockWeights load_temporal_block(WeightSource& source, const std::string& path, int width) {
  TemporalBlockWeights block;
  block.path = path;
  block.norm1 = load_norm(source, path + ".norm1", width);
  block.first = load_attention(source, path + ".attn1", width, width);
  block.norm2 = load_norm(source, path + ".norm2", width);
  block.second = load_attention(source, path + ".attn2", width, width);
  block.norm3 = load_norm(source, path + ".norm3", width);
  block.feed_forward = load_feed_forward(source, path + ".ff", width);
  return block;
}

/// softmax(q k^T / sqrt(D)) v inside each window, averaged with the windows' weights.
at::Tensor attend_windows(const at::Tensor& q_PKTD, const at::Tensor& k_PKTD,
                          const at::Tensor& v_PKTD,
                          const std::vector<partition::FrameWindow>& windows) {
  at::Tensor sum = at::zeros_like(q_PKTD, at::MemoryFormat::Contiguous);
  at::Tensor total = at::zeros({q_PKTD.size(2), 1}, at::kFloat);
  for (const partition::FrameWindow& window : windows) {
    const auto cut = [&](const at::Tensor& x) {
      return x.narrow(2, window.begin, window.frames());
    };
    at::Tensor weights = at::empty({window.frames(), 1}, at::kFloat);
    for (int index = 0; index < window.frames(); ++index) {
      weights.data_ptr<float>()[index] = static_cast<float>(window.weight(index));
    }
    const at::Tensor attended =
        attend(cut(q_PKTD), cut(k_PKTD), cut(v_PKTD), LogSumExp::Skip).out_BKND;
    cut(sum).add_(attended * weights.to(sum.options()));
    total.narrow(0, window.begin, window.frames()).add_(weights);
  }
  return sum.div_(total.to(sum.options()));
}

/// x + attend_frames(layer_norm(x)).
at::Tensor attention_residual(const at::Tensor& x_PTC, const std::string& path,
                              const NormWeights& norm, const AttentionWeights& weights, int heads,
                              const StepContext& step) {
  at::Tensor y = attend_frames(layer_norm(x_PTC, norm), weights, heads, step).add_(x_PTC);
  show_residual(path, x_PTC, norm, y, TapLayout::Pixels, step);
  return y;
}

at::Tensor temporal_block(const at::Tensor& x_PTC, const TemporalBlockWeights& block, int heads,
                          const StepContext& step) {
  at::Tensor x =
      attention_residual(x_PTC, block.path + ".attn1", block.norm1, block.first, heads, step);
  x = attention_residual(x, block.path + ".attn2", block.norm2, block.second, heads, step);
  at::Tensor y = feed_forward_residual(x, block.norm3, block.feed_forward);
  show_residual(block.path + ".ff", x, block.norm3, y, TapLayout::Pixels, step);
  return y;
}

void show(const std::string& part, const at::Tensor& value, TapLayout layout,
          const TemporalTransformerWeights& weights, const StepContext& step) {
  if (step.shows_every_layer()) step.show(weights.path + part, value, layout);
}

/// Everything between the norm and the residual, for some pixels.
at::Tensor run_tokens(const at::Tensor& normalised_PTC, const TemporalTransformerWeights& weights,
                      const StepContext& step) {
  at::Tensor tokens = linear(normalised_PTC, weights.proj_in);
  show(".proj_in.out", tokens, TapLayout::Pixels, weights, step);
  for (const TemporalBlockWeights& block : weights.blocks) {
    tokens = temporal_block(tokens, block, weights.heads, step);
  }
  tokens = linear(tokens, weights.proj_out);
  // A Conv1d sees [pixels, C, T].
  if (weights.projections == ProjectionForm::Conv1d) {
    show(".proj_out.out", tokens.transpose(1, 2), TapLayout::Pixels, weights, step);
  } else {
    show(".proj_out.out", tokens.unsqueeze(0), TapLayout::Tokens, weights, step);
  }
  return tokens;
}

/// Pixels of one chunk; a trace sees all at once.
std::int64_t chunk_pixels(const at::Tensor& x_TPC, const TemporalTransformerWeights& weights,
                          const StepContext& step) {
  if (step.shows_every_layer()) return std::max<std::int64_t>(1, x_TPC.size(1));
  const std::int64_t inner = weights.proj_in.weight.size(0);
  return std::max<std::int64_t>(4, kChunkFloats / (3 * x_TPC.size(0) * inner));
}

}  // namespace

TemporalTransformerWeights load_temporal_transformer(WeightSource& source, const std::string& path,
                                                     const TemporalShape& shape) {
  TemporalTransformerWeights weights;
  weights.path = path;
  weights.heads = shape.heads;
  weights.projections = shape.projections;
  weights.norm = load_norm(source, path + ".norm", shape.width);
  weights.proj_in =
      load_projection(source, path + ".proj_in", shape.width, shape.inner, shape.projections);
  for (int k = 0; k < shape.depth; ++k) {
    weights.blocks.push_back(load_temporal_block(
        source, path + ".transformer_blocks." + std::to_string(k), shape.inner));
  }
  weights.proj_out =
      load_projection(source, path + ".proj_out", shape.inner, shape.width, shape.projections);
  return weights;
}

at::Tensor attend_frames(const at::Tensor& x_PTC, const AttentionWeights& weights, int heads,
                         const StepContext& step) {
  const auto kv = linear(x_PTC, weights.kv).chunk(2, -1);
  const at::Tensor q = split_heads(linear(x_PTC, weights.q), heads);
  const at::Tensor k = split_heads(kv[0], heads);
  const at::Tensor v = split_heads(kv[1], heads);
  const bool windowed = step.windows != nullptr && step.windows->size() > 1;
  const at::Tensor attended =
      windowed ? attend_windows(q, k, v, *step.windows) : attend(q, k, v, LogSumExp::Skip).out_BKND;
  return linear(join_heads(attended), weights.out);
}

at::Tensor temporal_transformer(const at::Tensor& x_TCHW, const TemporalTransformerWeights& weights,
                                int norm_groups, const StepContext& step, SpatialOps& spatial) {
  const auto frames = static_cast<int>(x_TCHW.size(0));
  const at::Tensor normalised = spatial.group_norm(
      x_TCHW, weights.norm, {norm_groups, kEntryNormEps, Activation::None, frames});
  show(".in", x_TCHW, TapLayout::Clip, weights, step);
  show(".norm.out", normalised, TapLayout::Clip, weights, step);
  const at::Tensor x_THWC = x_TCHW.permute({0, 2, 3, 1});
  const at::Tensor x_TPC = x_THWC.reshape({frames, -1, x_TCHW.size(1)});
  const at::Tensor normalised_TPC = normalised.permute({0, 2, 3, 1}).reshape(x_TPC.sizes());
  const at::Tensor y_TPC = at::empty_like(x_TPC);
  for_row_chunks(
      x_TPC.size(1), chunk_pixels(x_TPC, weights, step), [&](std::int64_t begin, std::int64_t end) {
        const auto cut = [&](const at::Tensor& map) {
          return map.narrow(1, begin, end - begin).transpose(0, 1);
        };
        at::Tensor target_PTC = cut(y_TPC);
        at::add_out(target_PTC, run_tokens(cut(normalised_TPC), weights, step), cut(x_TPC));
      });
  const at::Tensor y = y_TPC.view(x_THWC.sizes()).permute({0, 3, 1, 2});
  show(".out", y, TapLayout::Clip, weights, step);
  return y;
}

}  // namespace tessera::model
