#include "model/unet/resnet_block.h"

#include <ATen/ATen.h>

namespace tessera::model {
namespace {

partition::Extent dilation_of(const ResnetWeights& weights, const StepContext& step) {
  return weights.dilation == DilationPolicy::Restrained ? step.dilation : partition::Extent{1, 1};
}

/// Traces see the map that a dilated convolution reads, and its sums before time shift and
/// residual: computed beside the network, whose own operations stay the same.
void trace(const at::Tensor& x, const NormedConvolution& layer, const ResnetWeights& weights,
           const std::string& conv, const StepContext& step, SpatialOps& spatial) {
  if (step.tap == nullptr || weights.dilation == DilationPolicy::Fixed) return;
  const std::string name = "dilated." + weights.path + "." + conv;
  const at::Tensor normalised = spatial.group_norm(x, layer.norm, layer.norm_geometry);
  step.show(name + ".in", normalised);
  step.show(name + ".out",
            spatial.conv2d(normalised, layer.conv, {.dilation = layer.dilation}, {}));
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

at::Tensor resnet_block(const at::Tensor& x_BCHW, const ResnetWeights& weights,
                        const NormGeometry& norm, const StepContext& step, SpatialOps& spatial) {
  NormGeometry activated = norm;
  activated.activation = Activation::Silu;
  const partition::Extent dilation = dilation_of(weights, step);
  NormedConvolution first{weights.norm1, activated, weights.conv1, dilation};
  if (step.time_shifts != nullptr) {
    // (b + t) + sum instead of another pass over the map.
    first.bias_BC =
        (*step.time_shifts)[static_cast<std::size_t>(weights.index)] + weights.conv1.bias;
  }
  NormedConvolution second{weights.norm2, activated, weights.conv2, dilation};
  second.residual_BCHW = x_BCHW;
  if (weights.shortcut.weight.defined()) second.shortcut = &weights.shortcut;
  trace(x_BCHW, first, weights, "conv1", step, spatial);
  const at::Tensor h = spatial.normed_conv2d(x_BCHW, first);
  trace(h, second, weights, "conv2", step, spatial);
  return spatial.normed_conv2d(h, second);
}

}  // namespace tessera::model
