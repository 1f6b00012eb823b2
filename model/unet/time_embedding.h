#pragma once

#include <ATen/core/Tensor.h>

namespace tessera::model {

/// [cos | sin] of value * exp(-ln(10000) k / half), k = 0..half-1, half = width / 2; fp32, [width].
/// (SDXL: flip_sin_to_cos, shift 0.)
at::Tensor sinusoid(double value, int width);

}  // namespace tessera::model
