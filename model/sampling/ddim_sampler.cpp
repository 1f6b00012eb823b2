#include "model/sampling/ddim_sampler.h"

#include <ATen/ATen.h>

#include <cmath>

namespace tessera::model {

at::Tensor predict_clean(const at::Tensor& x, const at::Tensor& eps, const ScaledLevel& level) {
  return (x - eps * std::sqrt(1 - level.alpha)) / std::sqrt(level.alpha) / level.scale;
}

at::Tensor ddim_step(const at::Tensor& clean, const at::Tensor& eps, const at::Tensor& noise,
                     const ScaledLevel& level) {
  const double towards = std::sqrt(1 - level.alpha_prev - level.sigma * level.sigma);
  const at::Tensor moved = clean * (std::sqrt(level.alpha_prev) * level.scale_prev) + eps * towards;
  return level.sigma > 0 ? moved + noise * level.sigma : moved;
}

at::Tensor renoise_scaled(const at::Tensor& clean, const at::Tensor& noise,
                          const ScaledLevel& level) {
  return clean * (std::sqrt(level.alpha) * level.scale) + noise * std::sqrt(1 - level.alpha);
}

}  // namespace tessera::model
