#pragma once

#include <ATen/core/Tensor.h>

namespace tessera::model {

/// Euler steps in variance-exploding form (EulerDiscrete and EulerAncestral of diffusers 0.20.2).
///
/// The dtype of `x` is the dtype of the state. In fp16 the constants (sigma, its difference,
/// sqrt(sigma^2 + 1)) and every intermediate are rounded to fp16, as the official code does on a
/// GPU. Every operation is element-wise and rounded by itself, so bits do not depend on the strip.

/// Network input: x / sqrt(sigma^2 + 1).
at::Tensor scale_network_input(const at::Tensor& x_BCHW, float sigma);

/// One Euler step: x + (sigma_to - sigma_from) eps; in fp16 by way of x0 = x - sigma_from eps and
/// d = (x - x0) / sigma_from.
/// \param eps_BCHW  guided prediction; taken to the dtype of `x`.
at::Tensor euler_step(const at::Tensor& x_BCHW, const at::Tensor& eps_BCHW, float sigma_from,
                      float sigma_to);

/// How an ancestral step splits the next noise level.
struct AncestralSplit {
  float sigma_up = 0;    ///< sqrt(sigma_to^2 (sigma_from^2 - sigma_to^2) / sigma_from^2)
  float sigma_down = 0;  ///< sqrt(sigma_to^2 - sigma_up^2)
};

AncestralSplit split_ancestral(float sigma_from, float sigma_to);

/// One ancestral step: x + (sigma_down - sigma_from) eps + sigma_up n.
/// \param noise_BCHW  standard normals keyed by step; taken to the dtype of `x`.
at::Tensor euler_ancestral_step(const at::Tensor& x_BCHW, const at::Tensor& eps_BCHW,
                                const at::Tensor& noise_BCHW, float sigma_from, float sigma_to);

}  // namespace tessera::model
