#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

#include "partition/extent.h"
#include "partition/row_range.h"

namespace tessera::model {

/// Blends the current latents with the noised upscaled latents of the stage below:
/// x <- x (1 - c) + z c (FreeScale, arXiv 2412.09626; formula from DemoFusion).
///
/// The scalar c acts in fp32 whatever the dtype of the state; each product and the sum are rounded
/// to the state's dtype. Element-wise, any thread.
/// \param x_BCHW  current latents of this strip.
/// \param z_BCHW  z_up + sigma_i n', same shape and dtype.
/// \param weight  c = u^alpha, see blend_weight.
at::Tensor blend_detail(const at::Tensor& x_BCHW, const at::Tensor& z_BCHW, double weight);

/// The same with a weight per latent pixel, taken to the dtype of the state.
at::Tensor blend_detail(const at::Tensor& x_BCHW, const at::Tensor& z_BCHW,
                        const at::Tensor& weight_11HW);

/// c = u^alpha with u of NoiseSchedule::cosine_u. Larger alpha frees the sampler earlier and adds
/// detail.
/// \param alpha  `cascade.cosine_scale`, >= 0.
double blend_weight(double cosine_u, double alpha);

/// Rows of an 8-bit mask brought to latent size, bool [1, 1, rows, cols]: nonzero is foreground,
/// nearest source index floor(dst in/out) (image-guided variant).
/// \param pixels  mask.rows x mask.cols bytes, row-major.
/// \throws std::invalid_argument if the byte count and the extent differ.
at::Tensor foreground_rows(std::span<const std::uint8_t> pixels, partition::Extent mask,
                           partition::Extent latent, partition::RowRange rows);

/// Blend weights of a masked stage, fp32 [1, 1, rows, cols]: u^alpha with alpha = m cosine_scale +
/// (1 - m) cosine_scale_bg.
at::Tensor blend_weights(const at::Tensor& foreground_11HW, double cosine_u, double cosine_scale,
                         double cosine_scale_bg);

}  // namespace tessera::model
