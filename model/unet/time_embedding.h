#pragma once

#include <ATen/core/Tensor.h>

#include "model/weights.h"

namespace tessera::model {

/// [cos | sin] of value * exp(-ln(10000) k / half), k = 0..half-1, half = width / 2; fp32, [width].
/// (SDXL: flip_sin_to_cos, shift 0.)
at::Tensor sinusoid(double value, int width);

/// Linear(SiLU(Linear(x))), one row at a time, so that the bits do not depend on the batch.
at::Tensor embed_rows(const at::Tensor& x_BE, const LinearWeights& first,
                      const LinearWeights& second);

}  // namespace tessera::model
