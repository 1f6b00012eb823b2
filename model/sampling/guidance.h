#pragma once

#include <ATen/core/Tensor.h>

namespace tessera::model {

/// Classifier-free guidance: eps_u + g (eps_c - eps_u), element-wise, in the dtype of the operands.
at::Tensor guide(const at::Tensor& eps_uncond_BCHW, const at::Tensor& eps_cond_BCHW,
                 double guidance_scale);

/// Standard deviations over all non-batch dimensions of the whole canvas, of one batch element.
struct GuidanceSpread {
  double conditional = 1;
  double guided = 1;
};

/// Guidance rescale: phi eps std(eps_c)/std(eps) + (1 - phi) eps (Lin et al., "Common diffusion
/// noise schedules and sample steps are flawed", section 3.4). \param phi
/// `sampling.guidance_rescale`, 0..1; 0 returns `eps` unchanged. \throws std::invalid_argument if
/// the guided prediction has no spread.
at::Tensor rescale_guided(const at::Tensor& eps_BCHW, const GuidanceSpread& spread, double phi);

}  // namespace tessera::model
