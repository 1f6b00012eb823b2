#include "model/unet/resnet_block.h"

#include <ATen/ATen.h>

#include "model/layers/linear.h"

namespace tessera::model {
namespace {

partition::Extent dilation_of(const ResnetWeights& weights, const StepContext& step) {
  return weights.dilation == DilationPolicy::Restrained ? step.dilation : partition::Extent{1, 1};
}

/// \param shift_BC  added to the bias: (b + t) + sum instead of another pass over the map. Traces
///                  show the convolution without it. May be undefined.
at::Tensor traced_conv(const at::Tensor& x, const ConvWeights& conv, const std::string& name,
                       const ResnetWeights& weights, const at::Tensor& shift_BC,
                       const StepContext& step, SpatialOps& spatial) {
  const bool traced = step.tap != nullptr && weights.dilation == DilationPolicy::Restrained;
  const at::Tensor bias_BC = shift_BC.defined() ? shift_BC + conv.bias : at::Tensor();
  const ConvGeometry geometry{.dilation = dilation_of(weights, step)};
  if (traced) step.show("dilated." + weights.path + "." + name + ".in", x);
  at::Tensor y = spatial.conv2d(x, conv, geometry, bias_BC);
  if (traced) {
    step.show("dilated." + weights.path + "." + name + ".out",
              shift_BC.defined() ? y - shift_BC.unsqueeze(2).unsqueeze(3) : y);
  }
  return y;
}

}  // namespace

ResnetWeights load_resnet(WeightSource& source, const std::string& path, const ResnetShape& shape,
                          DilationPolicy dilation, int index) {
  ResnetWeights weights;
  weights.path = path;
  weights.index = index;
  weights.dilation = dilation;
  weights.norm1 = load_norm(source, path + ".norm1", shape.in);
  weights.conv1 = load_conv(source, path + ".conv1", shape.in, shape.out, 3);
  if (shape.embedding > 0) {
    weights.time_projection =
        load_linear(source, path + ".time_emb_proj", shape.embedding, shape.out, Bias::Present);
  }
  weights.norm2 = load_norm(source, path + ".norm2", shape.out);
  weights.conv2 = load_conv(source, path + ".conv2", shape.out, shape.out, 3);
  if (shape.in != shape.out) {
    weights.shortcut = load_pointwise(source, path + ".conv_shortcut", shape.in, shape.out);
  }
  return weights;
}

at::Tensor pointwise(const at::Tensor& x_BCHW, const LinearWeights& weights) {
  const at::Tensor x_BHWC = x_BCHW.permute({0, 2, 3, 1});
  return linear(x_BHWC, weights).permute({0, 3, 1, 2});
}

at::Tensor resnet_block(const at::Tensor& x_BCHW, const ResnetWeights& weights,
                        const NormGeometry& norm, const StepContext& step, SpatialOps& spatial) {
  NormGeometry activated = norm;
  activated.activation = Activation::Silu;
  at::Tensor time_shift;
  if (step.time_shifts != nullptr) {
    time_shift = (*step.time_shifts)[static_cast<std::size_t>(weights.index)];
  }
  at::Tensor h = spatial.group_norm(x_BCHW, weights.norm1, activated);
  h = traced_conv(h, weights.conv1, "conv1", weights, time_shift, step, spatial);
  // A trace may still hold the output of the first convolution.
  activated.target = step.tap == nullptr ? NormTarget::InPlace : NormTarget::Fresh;
  h = spatial.group_norm(h, weights.norm2, activated);
  h = traced_conv(h, weights.conv2, "conv2", weights, {}, step, spatial);
  return h.add_(weights.shortcut.weight.defined() ? pointwise(x_BCHW, weights.shortcut) : x_BCHW);
}

}  // namespace tessera::model
