#include "model/unet/time_embedding.h"

#include <ATen/ATen.h>

#include <cmath>
#include <vector>

#include "model/layers/linear.h"

namespace tessera::model {

at::Tensor sinusoid(double value, int width) {
  const int half = width / 2;
  at::Tensor result = at::zeros({width}, at::kFloat);
  float* out = result.data_ptr<float>();
  for (int k = 0; k < half; ++k) {
    const float frequency = std::exp(static_cast<float>(-std::log(10000.0)) *
                                     static_cast<float>(k) / static_cast<float>(half));
    const float angle = static_cast<float>(value) * frequency;
    out[k] = std::cos(angle);
    out[half + k] = std::sin(angle);
  }
  return result;
}

at::Tensor embed_rows(const at::Tensor& x_BE, const LinearWeights& first,
                      const LinearWeights& second) {
  std::vector<at::Tensor> rows;
  for (std::int64_t b = 0; b < x_BE.size(0); ++b) {
    rows.push_back(linear(at::silu(linear(x_BE.narrow(0, b, 1), first)), second));
  }
  return at::cat(rows, 0);
}

}  // namespace tessera::model
