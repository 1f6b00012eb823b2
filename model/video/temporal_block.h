#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "model/layers/feed_forward.h"
#include "model/spatial_ops.h"
#include "model/weights.h"

namespace tessera::model {

/// One block of a temporal transformer: two self-attentions over the frames of a pixel and a
/// feed-forward, each with a residual.
struct TemporalBlockWeights {
  std::string path;
  NormWeights norm1;
  AttentionWeights first;
  NormWeights norm2;
  AttentionWeights second;
  NormWeights norm3;
  FeedForwardWeights feed_forward;
};

/// How the projections of a transformer lie in the file.
enum class ProjectionForm { Linear, Conv1d };

/// GroupNorm over the clip, projection in, blocks, projection out, residual.
struct TemporalTransformerWeights {
  std::string path;
  int heads = 1;
  ProjectionForm projections = ProjectionForm::Linear;
  NormWeights norm;
  LinearWeights proj_in;
  std::vector<TemporalBlockWeights> blocks;
  LinearWeights proj_out;
};

struct TemporalShape {
  int width = 0;  ///< of the map
  int inner = 0;  ///< of the tokens
  int heads = 1;
  int depth = 1;
  ProjectionForm projections = ProjectionForm::Linear;
};

TemporalTransformerWeights load_temporal_transformer(WeightSource& source, const std::string& path,
                                                     const TemporalShape& shape);

/// Attention over the frames of every pixel, output projection included, without positions or mask.
///
/// With step.windows, q, k and v are those of all frames and attention stays inside each window;
/// the results are averaged with FrameWindow::weight, then projected (FreeNoise, arXiv 2310.15169).
/// \param x_PTC  pixels, frames, channels; a pixel's bits do not depend on the others.
at::Tensor attend_frames(const at::Tensor& x_PTC, const AttentionWeights& weights, int heads,
                         const StepContext& step);

/// x_TCHW is channels-last. Row-local but for the GroupNorm.
at::Tensor temporal_transformer(const at::Tensor& x_TCHW, const TemporalTransformerWeights& weights,
                                int norm_groups, const StepContext& step, SpatialOps& spatial);

}  // namespace tessera::model
