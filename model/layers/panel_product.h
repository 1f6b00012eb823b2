#pragma once

#include <cstdint>

#include "model/layers/lanes.h"

namespace tessera::model {

/// Rows and columns of the register tile of AVX2: twelve sums, two vectors of the panel, one value.
inline constexpr std::int64_t kProductRows = 6;
inline constexpr std::int64_t kPanelColumns = 2 * kLanes;

/// to[row][0..16) = sum over k of rows[row][k] panel[k][0..16), for six rows. Inlined into kernels
/// that are compiled once per instruction set.
__attribute__((always_inline)) inline void multiply_6x16(const float* rows, std::int64_t depth,
                                                         const float* panel, float* to,
                                                         std::int64_t stride) {
  Lanes sum[6][2] = {};
  for (std::int64_t k = 0; k < depth; ++k) {
    const Lanes p0 = load(panel + k * kPanelColumns);
    const Lanes p1 = load(panel + k * kPanelColumns + kLanes);
#pragma GCC unroll 6
    for (int row = 0; row < 6; ++row) {
      const float x = rows[row * depth + k];
      sum[row][0] += p0 * x;
      sum[row][1] += p1 * x;
    }
  }
#pragma GCC unroll 6
  for (int row = 0; row < 6; ++row) {
    store(to + row * stride, sum[row][0]);
    store(to + row * stride + kLanes, sum[row][1]);
  }
}

}  // namespace tessera::model
