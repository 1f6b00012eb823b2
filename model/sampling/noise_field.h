#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "partition/philox.h"
#include "partition/row_range.h"

namespace tessera::model {

/// What a field of normals is keyed by besides the coordinates of its elements.
struct NoiseKey {
  std::uint64_t seed = 0;
  partition::NoisePurpose purpose = partition::NoisePurpose::InitialLatents;
  int stage = 0;
  int step = 0;   ///< 0 except for AncestralStep
  int frame = 0;  ///< 0 for pictures
};

/// Standard normals of rows `rows` of a latent, [1, channels, rows, cols], fp32 on the CPU.
///
/// Philox4x32-10 with the counter (row, column, frame << 8 | channel / 4, purpose | stage | step)
/// gives four words x0..x3; (x0, x1) make channels 4q and 4q+1, (x2, x3) channels 4q+2 and 4q+3 by
/// Box-Muller in double: u = (x_a + 1) 2^-32, v = x_b 2^-32, sqrt(-2 ln u) {cos, sin}(2 pi v),
/// rounded to fp32 (project choice). A value depends on its coordinates alone, so any strip equals
/// the same rows of the whole, on any number of threads. Between two machines the double functions
/// of the C library may differ in their last bit, which the rounding to fp32 hides but for about
/// one value in 10^8.
at::Tensor keyed_normals(const NoiseKey& key, partition::RowRange rows, int cols, int channels);

}  // namespace tessera::model
