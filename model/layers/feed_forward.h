#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "model/weights.h"

namespace tessera::model {

struct FeedForwardWeights {
  LinearWeights proj;  ///< C -> 8 C: value and gate
  LinearWeights out;   ///< 4 C -> C
};

FeedForwardWeights load_feed_forward(WeightSource& source, const std::string& path, int width);

/// x + out(value * gelu(gate)) with (value, gate) = proj(layer_norm(x)), exact (erf) gelu.
///
/// Computed in chunks of a fixed number of tokens, so the 8 C wide buffer stays small.
at::Tensor feed_forward_residual(const at::Tensor& x_BNC, const NormWeights& norm,
                                 const FeedForwardWeights& weights);

/// Layer normalisation over the last dimension, eps 1e-5.
at::Tensor layer_norm(const at::Tensor& x_BNC, const NormWeights& weights);

}  // namespace tessera::model
