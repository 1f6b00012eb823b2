#pragma once

#include <ATen/core/Tensor.h>

namespace tessera::model {

/// Latents at noise level sigma: x0 + sigma n (variance-exploding form), in the dtype of `x0`.
at::Tensor renoise(const at::Tensor& x0_BCHW, const at::Tensor& noise_BCHW, float sigma);

/// A sample of the autoencoder's posterior: (mean + exp(0.5 clamp(logvar, -30, 20)) n) scaling.
/// \param moments_B2CHW   mean and logvar, joined on channels.
/// \param noise_BCHW      standard normals, keyed or replayed.
/// \param scaling_factor  `scaling_factor` of the VAE, 0.13025 for SDXL.
/// Element-wise; on the CPU the exponential is evaluated in double element by element, so bits do
/// not depend on the strip. Any thread.
at::Tensor sample_posterior(const at::Tensor& moments_B2CHW, const at::Tensor& noise_BCHW,
                            double scaling_factor);

/// The mean of the posterior times the scaling factor (`cascade.posterior: mean`).
at::Tensor posterior_mean(const at::Tensor& moments_B2CHW, double scaling_factor);

}  // namespace tessera::model
