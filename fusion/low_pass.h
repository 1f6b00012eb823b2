#pragma once

#include <span>

#include "partition/row_range.h"

namespace at {
class Tensor;
}

namespace tessera::fusion {

/// What happens to taps that fall outside the canvas. They never read anything.
enum class BlurBorder {
  Renormalised,  ///< `paper`: the taps inside are divided by their sum, so a constant is kept
  ZeroPadded,    ///< `official`: nothing is made up for
};

/// Separable low pass of a token map: along rows, then along columns, each channel alone.
///
/// y(r, w) = sum_v t_v(w) sum_u t_u(r) x(r + u, w + v), u and v = -R..R in this order, so that the
/// bits of a row do not depend on how many rows the caller holds.
/// \param x_BHWC       rows `held_rows` of the map: the wanted rows and a halo of R rows each side,
///                     cut at the canvas. fp32 and double are summed as they are, narrower types in
///                     fp32; any memory layout, contiguous is fastest.
/// \param wanted_rows  rows of the result [B, wanted, W, C], same type; may be empty.
/// \param canvas_rows  rows of the whole map.
/// \param taps         2R + 1 weights (`gaussian_taps`); one weight returns a scaled copy.
/// \throws std::invalid_argument if the shape, the rows or the number of taps do not fit, or the
///         halo is too short. Row-local given the halo; any thread.
at::Tensor low_pass(const at::Tensor& x_BHWC, partition::RowRange held_rows,
                    partition::RowRange wanted_rows, int canvas_rows, std::span<const float> taps,
                    BlurBorder border);

}  // namespace tessera::fusion
