#pragma once

#include "partition/extent.h"
#include "partition/row_range.h"

namespace at {
class Tensor;
}

namespace tessera::fusion {

/// Sums of the low modes of one canonical block of rows, per batch element and channel.
///
/// FreeU (arXiv 2309.11497) damps the modes K = {(0,0), (-1,0), (0,-1), (-1,-1)} of a skip
/// connection. With X_k = sum x e^{-2 pi i (k_y y / h + k_x x / w)} over the rows of the block, the
/// seven numbers are Re X(0,0); Re, Im X(-1,0); Re, Im X(0,-1); Re, Im X(-1,-1). Row phases are
/// global, so sums of blocks add up to the sums of the map. The order of summation depends on the
/// block only, never on how many rows the caller holds.
/// \param x_BCHW      rows from `first_row_of_x` on; channels-last memory is fastest.
/// \param block_rows  global rows to sum over, all of them in x.
/// \param map         rows and columns of the whole map.
/// \return [B, C, 7], double for double input, else fp32.
/// \throws std::invalid_argument if x does not hold the block or is not as wide as the map.
at::Tensor free_u_partials(const at::Tensor& x_BCHW, partition::RowRange block_rows,
                           int first_row_of_x, partition::Extent map);

/// Scales the low modes of a map by `gain` and takes the real part, without an FFT:
/// y = x - (1 - gain) / (h w) Re sum_{k in K} e^{+2 pi i (k_y y / h + k_x x / w)} X_k.
///
/// Equals the released program's FFT mask for even and odd sizes; the 2x2 box is not symmetric
/// about zero on purpose. Row-local given the sums; any thread.
/// \param sums_BC7  double, the sums of the whole map: partials of all blocks added in block order.
/// \param gain      s1 or s2 of FreeU; 1 keeps the map.
/// \return same shape and type as x, channels-last memory.
/// \throws std::invalid_argument if the shapes do not fit.
at::Tensor damp_low_modes(const at::Tensor& x_BCHW, const at::Tensor& sums_BC7, int first_row_of_x,
                          partition::Extent map, double gain);

}  // namespace tessera::fusion
