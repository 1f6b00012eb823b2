#include "model/whole_image_ops.h"

#include <ATen/ATen.h>

#include "fusion/free_u.h"
#include "model/layers/attention_kernel.h"
#include "model/layers/conv2d.h"
#include "model/layers/group_norm.h"
#include "model/layers/linear.h"
#include "model/layers/normed_conv.h"
#include "model/unet/transformer_block.h"

namespace tessera::model {
namespace {

at::Tensor canvas_moments(const at::Tensor& x_BCHW, const NormGeometry& geometry) {
  const auto rows = static_cast<int>(x_BCHW.size(2));
  const std::int64_t elements = x_BCHW.size(1) / geometry.groups * x_BCHW.size(2) * x_BCHW.size(3);
  const at::Tensor block = group_moments(x_BCHW, {0, rows}, geometry.groups);
  return merge_moments(block.unsqueeze(0), {elements}, geometry.frames);
}

}  // namespace

at::Tensor WholeImageOps::conv2d(const at::Tensor& x_BCHW, const ConvWeights& weights,
                                 const ConvGeometry& geometry, const at::Tensor& bias_BC) {
  const partition::Extent reach = kernel_reach(weights, geometry);
  if (geometry.padding == Padding::AfterOnly) {
    const at::Tensor padded = at::constant_pad_nd(x_BCHW, {0, reach.cols, 0, reach.rows});
    return conv_map(padded, weights, geometry.stride, geometry.dilation, {0, 0}, bias_BC);
  }
  return conv_map(x_BCHW, weights, geometry.stride, geometry.dilation, reach, bias_BC);
}

at::Tensor WholeImageOps::upsampled_conv2d(const at::Tensor& x_BCHW, const ConvWeights& weights) {
  return upsampled_conv_map(x_BCHW, weights, 0);
}

at::Tensor WholeImageOps::group_norm(const at::Tensor& x_BCHW, const NormWeights& weights,
                                     const NormGeometry& geometry) {
  return apply_group_norm(x_BCHW, canvas_moments(x_BCHW, geometry), weights, geometry);
}

at::Tensor WholeImageOps::normed_conv2d(const at::Tensor& x_BCHW, const NormedConvolution& layer) {
  return normed_conv_map({x_BCHW}, canvas_moments(x_BCHW, layer.norm_geometry), layer);
}

at::Tensor WholeImageOps::self_attention(const at::Tensor& x_BNC, const AttentionWeights& weights,
                                         const AttentionSite& site, const StepContext&) {
  const auto kv = linear(x_BNC, weights.kv).chunk(2, -1);
  const Attended heads =
      attend(split_heads(linear(x_BNC, weights.q), site.heads), split_heads(kv[0], site.heads),
             split_heads(kv[1], site.heads), LogSumExp::Skip);
  return linear(join_heads(heads.out_BKND), weights.out);
}

at::Tensor WholeImageOps::damp_low_modes(const at::Tensor& x_BCHW, double gain) {
  const partition::Extent map{static_cast<int>(x_BCHW.size(2)), static_cast<int>(x_BCHW.size(3))};
  const at::Tensor sums = fusion::free_u_partials(x_BCHW, {0, map.rows}, 0, map);
  return fusion::damp_low_modes(x_BCHW, sums.to(at::kDouble), 0, map, gain);
}

}  // namespace tessera::model
