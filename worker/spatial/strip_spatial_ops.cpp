#include "worker/spatial/strip_spatial_ops.h"

#include <ATen/ATen.h>

#include "fusion/free_u.h"
#include "model/layers/conv2d.h"
#include "model/layers/group_norm.h"
#include "model/layers/normed_conv.h"
#include "worker/spatial/merged_statistics.h"
#include "worker/spatial/row_exchange.h"

namespace tessera::worker {

StripSpatialOps::StripSpatialOps(const StripGroup& group, ScaleFusedAttention attention)
    : group_(&group), attention_(std::move(attention)) {}

partition::Extent StripSpatialOps::canvas_of(const at::Tensor& x_BCHW) const {
  const auto cols = static_cast<int>(x_BCHW.size(3));
  return {rows_on_map({0, group_->latent.rows}, cols, group_->latent).end, cols};
}

at::Tensor StripSpatialOps::with_halo(const at::Tensor& x_BCHW, int above, int below) const {
  const partition::Extent canvas = canvas_of(x_BCHW);
  return add_halo_rows(*group_->halos, x_BCHW,
                       rows_on_map(group_->owned, canvas.cols, group_->latent), above, below,
                       canvas.rows);
}

at::Tensor StripSpatialOps::conv2d(const at::Tensor& x_BCHW, const model::ConvWeights& weights,
                                   const model::ConvGeometry& geometry, const at::Tensor& bias_BC) {
  const partition::Extent reach = model::kernel_reach(weights, geometry);
  const partition::Extent columns_only{0, reach.cols};
  if (geometry.padding == model::Padding::AfterOnly) {
    const at::Tensor x = at::constant_pad_nd(with_halo(x_BCHW, 0, reach.rows), {0, reach.cols});
    return model::conv_map(x, weights, geometry.stride, geometry.dilation, {0, 0}, bias_BC);
  }
  if (group_->alone()) {
    return model::conv_map(x_BCHW, weights, geometry.stride, geometry.dilation, reach, bias_BC);
  }
  // Output row o reads input rows stride o + d (q - 1): a strided layer needs one row less below.
  const at::Tensor x = with_halo(x_BCHW, reach.rows, reach.rows - (geometry.stride - 1));
  return model::conv_map(x, weights, geometry.stride, geometry.dilation, columns_only, bias_BC);
}

at::Tensor StripSpatialOps::upsampled_conv2d(const at::Tensor& x_BCHW,
                                             const model::ConvWeights& weights) {
  if (group_->alone()) return model::upsampled_conv_map(x_BCHW, weights, 0);
  return model::upsampled_conv_map(with_halo(x_BCHW, 1, 1), weights, 1);
}

at::Tensor StripSpatialOps::group_norm(const at::Tensor& x_BCHW, const model::NormWeights& weights,
                                       const model::NormGeometry& geometry) {
  const at::Tensor moments =
      merged_group_moments(*group_, x_BCHW, geometry.groups, geometry.frames);
  return model::apply_group_norm(x_BCHW, moments, weights, geometry);
}

at::Tensor StripSpatialOps::normed_conv2d(const at::Tensor& x_BCHW,
                                          const model::NormedConvolution& layer) {
  const model::NormGeometry& geometry = layer.norm_geometry;
  const at::Tensor moments =
      merged_group_moments(*group_, x_BCHW, geometry.groups, geometry.frames);
  if (group_->alone()) return model::normed_conv_map({x_BCHW}, moments, layer);
  const int reach = model::kernel_reach(layer.conv, {.dilation = layer.dilation}).rows;
  const partition::Extent canvas = canvas_of(x_BCHW);
  const auto owned = rows_on_map(group_->owned, canvas.cols, group_->latent);
  const HaloRows halo = halo_rows(*group_->halos, x_BCHW, owned, reach, canvas.rows);
  const int first_row = owned[static_cast<std::size_t>(group_->member)].begin;
  return model::normed_conv_map({x_BCHW, halo.above_BCHW, halo.below_BCHW, first_row}, moments,
                                layer);
}

at::Tensor StripSpatialOps::self_attention(const at::Tensor& x_BNC,
                                           const model::AttentionWeights& weights,
                                           const model::AttentionSite& site,
                                           const model::StepContext& step) {
  return attention_(x_BNC, weights, site, step);
}

at::Tensor StripSpatialOps::damp_low_modes(const at::Tensor& x_BCHW, double gain) {
  const partition::Extent canvas = canvas_of(x_BCHW);
  const int first_row = rows_on_map(group_->own(), canvas.cols, group_->latent).begin;
  return fusion::damp_low_modes(x_BCHW, merged_low_modes(*group_, x_BCHW), first_row, canvas, gain);
}

}  // namespace tessera::worker
