#include "model/layers/linear.h"

#include <ATen/ATen.h>

#include <vector>

#include "model/layers/flop_meter.h"

namespace tessera::model {

at::Tensor linear(const at::Tensor& x, const LinearWeights& weights) {
  count_flop(2.0 * static_cast<double>(x.numel()) * static_cast<double>(weights.weight.size(0)));
  if (!x.is_cpu() || x.scalar_type() != at::kFloat) {
    return at::linear(x, weights.weight, weights.bias);
  }
  const std::int64_t in = weights.weight.size(1);
  const std::int64_t out = weights.weight.size(0);
  const std::int64_t rows = x.numel() / in;
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() = out;
  if (rows == 0) return at::empty(shape, x.options());
  const at::Tensor map = x.contiguous().view({1, rows, 1, in}).permute({0, 3, 1, 2});
  const at::Tensor y = at::mkldnn_convolution(map, weights.weight.view({out, in, 1, 1}),
                                              weights.bias, {0, 0}, {1, 1}, {1, 1}, 1);
  return y.permute({0, 2, 3, 1}).reshape(shape);
}

at::Tensor pointwise(const at::Tensor& x_BCHW, const LinearWeights& weights) {
  const at::Tensor x_BHWC = x_BCHW.permute({0, 2, 3, 1});
  return linear(x_BHWC, weights).permute({0, 3, 1, 2});
}

}  // namespace tessera::model
