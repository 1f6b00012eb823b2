#pragma once

#include <ATen/core/Tensor.h>

#include "model/sampling/scaled_schedule.h"

namespace tessera::model {

/// DDIM with a scaled x0 (VideoCrafter; Song et al., arXiv 2010.02502, eq. 12). Every operation is
/// element-wise and rounded by itself, so bits do not depend on the strip. Any thread.

/// x0 = (x - sqrt(1 - a) eps) / sqrt(a) / s.
at::Tensor predict_clean(const at::Tensor& x, const at::Tensor& eps, const ScaledLevel& level);

/// One step: sqrt(a') s' x0 + sqrt(1 - a' - sigma^2) eps + sigma n.
/// \param noise  standard normals of the step; read only where level.sigma > 0.
at::Tensor ddim_step(const at::Tensor& clean, const at::Tensor& eps, const at::Tensor& noise,
                     const ScaledLevel& level);

/// Clean latents brought to the level of a step: sqrt(a) s x0 + sqrt(1 - a) n.
at::Tensor renoise_scaled(const at::Tensor& clean, const at::Tensor& noise,
                          const ScaledLevel& level);

}  // namespace tessera::model
