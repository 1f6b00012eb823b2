#include "model/unet/transformer_block.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "model/layers/attention_kernel.h"
#include "model/layers/linear.h"
#include "model/layers/row_chunks.h"

namespace tessera::model {
namespace {

/// The transformer's entry norm has its own eps, whatever the resnets use (diffusers).
constexpr double kEntryNormEps = 1e-6;
/// Tokens of one cross-attention chunk, which packs the text's keys once.
constexpr std::int64_t kCrossChunk = 512;

TransformerBlockWeights load_block(WeightSource& source, const std::string& path,
                                   const TransformerShape& shape, int layer) {
  const int width = shape.width;
  TransformerBlockWeights block;
  block.site = {layer, shape.heads, path, {}};
  block.norm1 = load_norm(source, path + ".norm1", width);
  block.self = load_attention(source, path + ".attn1", width, width);
  block.norm2 = load_norm(source, path + ".norm2", width);
  block.cross = load_attention(source, path + ".attn2", width, shape.context);
  block.norm3 = load_norm(source, path + ".norm3", width);
  block.feed_forward = load_feed_forward(source, path + ".ff", width);
  return block;
}

/// x + cross-attention of layer_norm(x) with the cached keys and values, in token chunks.
at::Tensor cross_attention_residual(const at::Tensor& x_BNC, const TransformerBlockWeights& block,
                                    const KeyValue& text) {
  at::Tensor result = at::empty_like(x_BNC);
  const std::int64_t tokens = x_BNC.size(1);
  const std::int64_t chunks = (tokens + kCrossChunk - 1) / kCrossChunk;
  for_row_chunks(x_BNC.size(0) * chunks, 1, [&](std::int64_t index, std::int64_t) {
    const std::int64_t b = index / chunks;
    const std::int64_t begin = index % chunks * kCrossChunk;
    const std::int64_t count = std::min(kCrossChunk, tokens - begin);
    const at::Tensor x = x_BNC.narrow(0, b, 1).narrow(1, begin, count);
    const at::Tensor q = linear(layer_norm(x, block.norm2), block.cross.q);
    const Attended heads = attend(split_heads(q, block.site.heads), text.k_BKND.narrow(0, b, 1),
                                  text.v_BKND.narrow(0, b, 1), LogSumExp::Skip);
    at::Tensor target = result.narrow(0, b, 1).narrow(1, begin, count);
    at::add_out(target, x, linear(join_heads(heads.out_BKND), block.cross.out));
  });
  return result;
}

at::Tensor transformer_block(const at::Tensor& x_BNC, partition::Extent map,
                             const TransformerBlockWeights& block, const StepContext& step,
                             SpatialOps& spatial) {
  AttentionSite site = block.site;
  site.map = map;
  const at::Tensor normalised = layer_norm(x_BNC, block.norm1);
  const std::string name = step.shows_every_layer() ? site.path + ".attn1" : "attn1." + site.path;
  step.show(name + ".in", normalised, TapLayout::Tokens);
  at::Tensor attended = spatial.self_attention(normalised, block.self, site, step);
  step.show(name + ".out", attended, TapLayout::Tokens);
  const at::Tensor x = attended.add_(x_BNC);
  const at::Tensor y =
      cross_attention_residual(x, block, (*step.cross)[static_cast<std::size_t>(site.layer)]);
  show_residual(site.path + ".attn2", x, block.norm2, y, TapLayout::Tokens, step);
  at::Tensor z = feed_forward_residual(y, block.norm3, block.feed_forward);
  show_residual(site.path + ".ff", y, block.norm3, z, TapLayout::Tokens, step);
  return z;
}

}  // namespace

AttentionWeights load_attention(WeightSource& source, const std::string& path, int width,
                                int context) {
  const LinearWeights k = load_linear(source, path + ".to_k", context, width, Bias::None);
  const LinearWeights v = load_linear(source, path + ".to_v", context, width, Bias::None);
  return {load_linear(source, path + ".to_q", width, width, Bias::None), join_outputs(k, v),
          load_linear(source, path + ".to_out.0", width, width, Bias::Present)};
}

void show_residual(const std::string& path, const at::Tensor& before, const NormWeights& norm,
                   const at::Tensor& after, TapLayout layout, const StepContext& step) {
  if (!step.shows_every_layer()) return;
  step.show(path + ".in", layer_norm(before, norm), layout);
  step.show(path + ".out", after - before, layout);
}

at::Tensor split_heads(const at::Tensor& x_BNC, int heads) {
  return x_BNC.view({x_BNC.size(0), x_BNC.size(1), heads, -1}).transpose(1, 2);
}

at::Tensor join_heads(const at::Tensor& x_BKND) {
  return x_BKND.transpose(1, 2).reshape({x_BKND.size(0), x_BKND.size(2), -1});
}

TransformerWeights load_transformer(WeightSource& source, const std::string& path,
                                    const TransformerShape& shape, int& next_layer) {
  TransformerWeights weights;
  weights.path = path;
  weights.norm = load_norm(source, path + ".norm", shape.width);
  const auto projection = [&](const std::string& name) {
    return shape.linear_projection
               ? load_linear(source, path + name, shape.width, shape.width, Bias::Present)
               : load_pointwise(source, path + name, shape.width, shape.width);
  };
  weights.proj_in = projection(".proj_in");
  for (int k = 0; k < shape.depth; ++k) {
    weights.blocks.push_back(
        load_block(source, path + ".transformer_blocks." + std::to_string(k), shape, next_layer++));
  }
  weights.proj_out = projection(".proj_out");
  return weights;
}

at::Tensor transformer(const at::Tensor& x_BCHW, const TransformerWeights& weights, int norm_groups,
                       const StepContext& step, SpatialOps& spatial) {
  const partition::Extent map{static_cast<int>(x_BCHW.size(2)), static_cast<int>(x_BCHW.size(3))};
  const at::Tensor normalised =
      spatial.group_norm(x_BCHW, weights.norm, {norm_groups, kEntryNormEps, Activation::None});
  const auto show = [&](const char* part, const at::Tensor& value, TapLayout layout) {
    if (step.shows_every_layer()) step.show(weights.path + part, value, layout);
  };
  show(".in", x_BCHW, TapLayout::Map);
  show(".norm.out", normalised, TapLayout::Map);
  at::Tensor tokens =
      normalised.permute({0, 2, 3, 1}).reshape({x_BCHW.size(0), map.area(), x_BCHW.size(1)});
  tokens = linear(tokens, weights.proj_in);
  show(".proj_in.out", tokens, TapLayout::Tokens);
  for (const TransformerBlockWeights& block : weights.blocks) {
    tokens = transformer_block(tokens, map, block, step, spatial);
  }
  tokens = linear(tokens, weights.proj_out);
  show(".proj_out.out", tokens, TapLayout::Tokens);
  at::Tensor y =
      tokens.view({x_BCHW.size(0), map.rows, map.cols, x_BCHW.size(1)}).permute({0, 3, 1, 2});
  y.add_(x_BCHW);
  show(".out", y, TapLayout::Map);
  return y;
}

KeyValue project_context(const at::Tensor& context_BNC, const TransformerBlockWeights& block) {
  const at::Tensor kv = linear(context_BNC, block.cross.kv);
  const auto halves = kv.chunk(2, -1);
  return {split_heads(halves[0], block.site.heads), split_heads(halves[1], block.site.heads)};
}

}  // namespace tessera::model
