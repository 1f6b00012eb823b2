#pragma once

#include <cstdint>

namespace tessera::model {

/// Pixels in memory as [pixels][channels].
struct PixelRun {
  const float* first = nullptr;
  std::int64_t pixels = 0;
  std::int64_t channels = 0;
};

/// sum[c] = sum of x[p][c] - offset[c], square[c] = sum of its square, over the pixels in order.
/// The order depends on the numbers of pixels alone.
void sum_deviations(const PixelRun& x, const float* offset, float* sum, float* square);

/// to[p][c] = x[p][c] scale[c] + shift[c]; `to` may be x. The bits of a value depend on itself
/// alone.
void scale_shift(const PixelRun& x, const float* scale, const float* shift, float* to);

/// The same, then silu(v) = v / (1 + exp(-v)), relative error below 1e-6.
void scale_shift_silu(const PixelRun& x, const float* scale, const float* shift, float* to);

}  // namespace tessera::model
