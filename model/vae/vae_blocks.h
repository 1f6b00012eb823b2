#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "model/spatial_ops.h"
#include "model/unet/resnet_block.h"
#include "model/vae/vae_config.h"
#include "model/weights.h"

namespace tessera::model {

/// Every norm of the autoencoder uses this eps (diffusers).
inline constexpr double kVaeNormEps = 1e-6;

/// Resnet, single-head attention over all positions, resnet.
struct VaeMiddle {
  ResnetWeights first;
  NormWeights norm;
  AttentionWeights attention;
  /// False where W_o = 0, as in small models trained without it: the attention is b_o then, and
  /// nothing of it is computed.
  bool attends = true;
  ResnetWeights second;
};

/// One level: resnets, then a resampling convolution (undefined on the last level).
struct VaeLevel {
  std::vector<ResnetWeights> resnets;
  ConvWeights resample;
};

VaeMiddle load_vae_middle(WeightSource& source, const std::string& path, int width);
ResnetWeights load_vae_resnet(WeightSource& source, const std::string& path, int in, int out);

at::Tensor run_vae_resnet(const at::Tensor& x_BCHW, const ResnetWeights& weights, int norm_groups,
                          SpatialOps& spatial);
at::Tensor run_vae_middle(const at::Tensor& x_BCHW, const VaeMiddle& middle, int norm_groups,
                          SpatialOps& spatial);

}  // namespace tessera::model
