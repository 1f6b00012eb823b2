#pragma once

#include "model/spatial_ops.h"
#include "worker/spatial/scale_fused_attention.h"
#include "worker/spatial/strip_group.h"

namespace tessera::worker {

/// The operations of a network on one strip of rows; with a group of one it is the single-device
/// path. All members of the group call the same operations in the same order.
///
/// Per call: conv2d one exchange of halo rows (2 d W C elements per rank), upsampled_conv2d one of
/// two rows of the small map, group_norm and
/// damp_low_modes one all-gather of block partials, normed_conv2d both (the rows travel before they
/// are normalised), self_attention see ScaleFusedAttention.
/// Statistics are merged from canonical blocks in index order, so they do not depend on the strips.
class StripSpatialOps final : public model::SpatialOps {
 public:
  /// `group` outlives this object.
  StripSpatialOps(const StripGroup& group, ScaleFusedAttention attention);

  at::Tensor conv2d(const at::Tensor& x_BCHW, const model::ConvWeights& weights,
                    const model::ConvGeometry& geometry, const at::Tensor& bias_BC) override;
  at::Tensor upsampled_conv2d(const at::Tensor& x_BCHW, const model::ConvWeights& weights) override;
  at::Tensor group_norm(const at::Tensor& x_BCHW, const model::NormWeights& weights,
                        const model::NormGeometry& geometry) override;
  at::Tensor normed_conv2d(const at::Tensor& x_BCHW,
                           const model::NormedConvolution& layer) override;
  at::Tensor self_attention(const at::Tensor& x_BNC, const model::AttentionWeights& weights,
                            const model::AttentionSite& site,
                            const model::StepContext& step) override;
  at::Tensor damp_low_modes(const at::Tensor& x_BCHW, double gain) override;

 private:
  at::Tensor with_halo(const at::Tensor& x_BCHW, int above, int below) const;
  partition::Extent canvas_of(const at::Tensor& x_BCHW) const;

  const StripGroup* group_;
  ScaleFusedAttention attention_;
};

}  // namespace tessera::worker
