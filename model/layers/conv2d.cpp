#include "model/layers/conv2d.h"

#include <ATen/ATen.h>

#include <vector>

#include "model/spatial_ops.h"

namespace tessera::model {
namespace {

bool uses_onednn(const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat; }

at::Tensor conv_one(const at::Tensor& x_1CHW, const ConvWeights& weights, const at::Tensor& bias,
                    at::IntArrayRef padding, at::IntArrayRef stride, at::IntArrayRef dilation) {
  if (uses_onednn(x_1CHW)) {
    return at::mkldnn_convolution(x_1CHW, weights.weight, bias, padding, stride, dilation, 1);
  }
  return at::conv2d(x_1CHW, weights.weight, bias, stride, padding, dilation, 1);
}

}  // namespace

partition::Extent kernel_reach(const ConvWeights& weights, const ConvGeometry& geometry) {
  const auto kernel = static_cast<int>(weights.weight.size(2));
  return {geometry.dilation.rows * (kernel - 1) / 2, geometry.dilation.cols * (kernel - 1) / 2};
}

at::Tensor conv_map(const at::Tensor& x_BCHW, const ConvWeights& weights, int stride,
                    partition::Extent dilation, partition::Extent padding,
                    const at::Tensor& bias_BC) {
  const std::vector<std::int64_t> paddings{padding.rows, padding.cols};
  const std::vector<std::int64_t> strides{stride, stride};
  const std::vector<std::int64_t> dilations{dilation.rows, dilation.cols};
  const auto batch = x_BCHW.size(0);
  std::vector<at::Tensor> outputs;
  outputs.reserve(static_cast<std::size_t>(batch));
  for (std::int64_t b = 0; b < batch; ++b) {
    const at::Tensor bias = bias_BC.defined() ? bias_BC[b] : weights.bias;
    const at::Tensor x_1CHW = x_BCHW.narrow(0, b, 1).contiguous(at::MemoryFormat::ChannelsLast);
    outputs.push_back(conv_one(x_1CHW, weights, bias, paddings, strides, dilations));
  }
  return batch == 1 ? outputs.front() : at::cat(outputs, 0);
}

}  // namespace tessera::model
