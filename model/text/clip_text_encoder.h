#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "model/text/clip_text_config.h"
#include "model/weights.h"

namespace tessera::model {

struct ClipTextLayer {
  NormWeights norm1;
  LinearWeights q;
  LinearWeights k;
  LinearWeights v;
  LinearWeights out;
  NormWeights norm2;
  LinearWeights fc1;
  LinearWeights fc2;
};

/// A CLIP text tower; immutable after loading.
struct ClipTextWeights {
  ClipTextConfig config;
  at::Tensor token_embedding;     ///< [vocabulary, C]
  at::Tensor position_embedding;  ///< [positions, C]
  std::vector<ClipTextLayer> layers;
  NormWeights final_norm;
  LinearWeights projection;  ///< undefined without a projection
};

/// \throws storage::DataError naming file, tensor and shapes when one is missing or mis-shaped.
ClipTextWeights load_clip_text(WeightSource& source, const ClipTextConfig& config);

/// What the U-Net is conditioned on, of one tower.
struct EncodedText {
  at::Tensor context_1NC;  ///< as ClipTextConfig::context says
  at::Tensor pooled_1P;    ///< projected feature at the end token; undefined without a projection
};

/// Runs a tower over one prompt.
///
/// Pre-norm transformer: x += out(attn(LN1 x)); x += fc2(act(fc1(LN2 x))). The mask is causal; pads
/// are not masked (transformers' CLIPTextModel). Pooled: final norm of the last layer at the end
/// token (ClipTextConfig::pooled_position), times the projection.
/// \param ids  token ids, exactly config.positions of them.
/// \throws storage::DataError if an id is not in the vocabulary or there is no end token.
EncodedText encode_text(const ClipTextWeights& weights, std::span<const std::int32_t> ids);

}  // namespace tessera::model
