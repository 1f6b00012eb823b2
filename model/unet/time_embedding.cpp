#include "model/unet/time_embedding.h"

#include <ATen/ATen.h>

#include <cmath>

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

}  // namespace tessera::model
