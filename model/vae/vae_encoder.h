#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "model/vae/vae_blocks.h"

namespace tessera::model {

/// KL-f8 encoder. Immutable after loading.
class VaeEncoder {
 public:
  /// \throws storage::DataError for a missing or mis-shaped tensor.
  VaeEncoder(VaeConfig config, WeightSource& source);

  /// Posterior moments (mean, logvar), [B, 8, rows / 8, cols / 8], of RGB around [-1, 1].
  at::Tensor encode(const at::Tensor& image_B3HW, SpatialOps& spatial) const;

 private:
  VaeConfig config_;
  ConvWeights conv_in_;
  std::vector<VaeLevel> levels_;  ///< image level first
  VaeMiddle middle_;
  NormWeights norm_out_;
  ConvWeights conv_out_;
  LinearWeights quant_;
};

}  // namespace tessera::model
