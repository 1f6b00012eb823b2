#include "model/sampling/euler_sampler.h"

#include <ATen/ATen.h>

#include <cmath>

namespace tessera::model {
namespace {

/// The constant in the precision of the state.
double rounded_like(const at::Tensor& state, float value) {
  return state.scalar_type() == at::kHalf ? static_cast<float>(at::Half(value)) : value;
}

/// d = (x - x0) / sigma, which is eps up to the rounding of an fp16 state.
at::Tensor derivative(const at::Tensor& x_BCHW, const at::Tensor& eps_BCHW, float sigma) {
  const at::Tensor eps = eps_BCHW.to(x_BCHW.scalar_type());
  if (x_BCHW.scalar_type() != at::kHalf) return eps;
  const double level = rounded_like(x_BCHW, sigma);
  const at::Tensor x0 = x_BCHW - eps * level;
  return (x_BCHW - x0) / level;
}

}  // namespace

at::Tensor scale_network_input(const at::Tensor& x_BCHW, float sigma) {
  return x_BCHW / rounded_like(x_BCHW, std::sqrt(sigma * sigma + 1.0F));
}

at::Tensor euler_step(const at::Tensor& x_BCHW, const at::Tensor& eps_BCHW, float sigma_from,
                      float sigma_to) {
  const double difference = rounded_like(x_BCHW, sigma_to - sigma_from);
  return x_BCHW + derivative(x_BCHW, eps_BCHW, sigma_from) * difference;
}

AncestralSplit split_ancestral(float sigma_from, float sigma_to) {
  const float from2 = sigma_from * sigma_from;
  const float to2 = sigma_to * sigma_to;
  AncestralSplit split;
  split.sigma_up = std::sqrt(to2 * (from2 - to2) / from2);
  split.sigma_down = std::sqrt(to2 - split.sigma_up * split.sigma_up);
  return split;
}

at::Tensor euler_ancestral_step(const at::Tensor& x_BCHW, const at::Tensor& eps_BCHW,
                                const at::Tensor& noise_BCHW, float sigma_from, float sigma_to) {
  const AncestralSplit split = split_ancestral(sigma_from, sigma_to);
  const at::Tensor moved = euler_step(x_BCHW, eps_BCHW, sigma_from, split.sigma_down);
  return moved + noise_BCHW.to(x_BCHW.scalar_type()) * rounded_like(x_BCHW, split.sigma_up);
}

}  // namespace tessera::model
