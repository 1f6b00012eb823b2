#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "model/vae/vae_blocks.h"

namespace tessera::model {

/// KL-f8 decoder. Immutable after loading.
class VaeDecoder {
 public:
  /// \throws storage::DataError for a missing or mis-shaped tensor.
  VaeDecoder(VaeConfig config, WeightSource& source);

  /// RGB around [-1, 1], not clamped, [B, 3, 8 rows, 8 cols], of latents_B4HW already divided by
  /// the scaling factor.
  at::Tensor decode(const at::Tensor& latents_B4HW, SpatialOps& spatial) const;

 private:
  VaeConfig config_;
  LinearWeights post_quant_;
  ConvWeights conv_in_;
  VaeMiddle middle_;
  std::vector<VaeLevel> levels_;  ///< deepest first
  NormWeights norm_out_;
  ConvWeights conv_out_;
};

}  // namespace tessera::model
