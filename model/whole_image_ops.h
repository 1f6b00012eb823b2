#pragma once

#include "model/spatial_ops.h"

namespace tessera::model {

/// The operations on a map that is held whole, with plain self-attention: tiles of the autoencoder,
/// and the reference against which networks and strips are tested. Stateless.
class WholeImageOps final : public SpatialOps {
 public:
  at::Tensor conv2d(const at::Tensor& x_BCHW, const ConvWeights& weights,
                    const ConvGeometry& geometry, const at::Tensor& bias_BC) override;
  at::Tensor upsampled_conv2d(const at::Tensor& x_BCHW, const ConvWeights& weights) override;
  at::Tensor group_norm(const at::Tensor& x_BCHW, const NormWeights& weights,
                        const NormGeometry& geometry) override;
  at::Tensor normed_conv2d(const at::Tensor& x_BCHW, const NormedConvolution& layer) override;
  at::Tensor self_attention(const at::Tensor& x_BNC, const AttentionWeights& weights,
                            const AttentionSite& site, const StepContext& step) override;
  at::Tensor damp_low_modes(const at::Tensor& x_BCHW, double gain) override;
};

}  // namespace tessera::model
