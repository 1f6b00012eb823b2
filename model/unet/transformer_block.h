#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "model/layers/feed_forward.h"
#include "model/spatial_ops.h"
#include "model/weights.h"

namespace tessera::model {

/// One transformer block: self-attention, cross-attention, feed-forward, each with a residual.
struct TransformerBlockWeights {
  AttentionSite site;  ///< of the self-attention; `map` is filled in at the call
  NormWeights norm1;
  AttentionWeights self;
  NormWeights norm2;
  AttentionWeights cross;
  NormWeights norm3;
  FeedForwardWeights feed_forward;
};

/// Self-attention for context = width, else cross-attention: keys and values of another sequence.
AttentionWeights load_attention(WeightSource& source, const std::string& path, int width,
                                int context);

/// GroupNorm, projection in, blocks, projection out, residual.
struct TransformerWeights {
  std::string path;
  NormWeights norm;
  LinearWeights proj_in;
  std::vector<TransformerBlockWeights> blocks;
  LinearWeights proj_out;
};

struct TransformerShape {
  int width = 0;
  int heads = 1;
  int depth = 1;
  int context = 0;
  bool linear_projection = true;
};

/// \param next_layer  index of the first block in execution order; advanced by the depth.
TransformerWeights load_transformer(WeightSource& source, const std::string& path,
                                    const TransformerShape& shape, int& next_layer);

at::Tensor transformer(const at::Tensor& x_BCHW, const TransformerWeights& weights, int norm_groups,
                       const StepContext& step, SpatialOps& spatial);

/// Keys and values of one cross-attention for context_BNC, computed once per prompt.
KeyValue project_context(const at::Tensor& context_BNC, const TransformerBlockWeights& block);

/// Shows what a layer with a residual did, where a trace wants every layer: "<path>.in" is
/// norm(before), "<path>.out" after - before.
void show_residual(const std::string& path, const at::Tensor& before, const NormWeights& norm,
                   const at::Tensor& after, TapLayout layout, const StepContext& step);

/// [B, N, C] -> [B, heads, N, C / heads], a view.
at::Tensor split_heads(const at::Tensor& x_BNC, int heads);
/// The inverse, contiguous.
at::Tensor join_heads(const at::Tensor& x_BKND);

}  // namespace tessera::model
