#pragma once

#include <ATen/core/Tensor.h>

#include "model/spatial_ops.h"

namespace tessera::model {

/// Rows of a map that a strip holds, and the rows next to them that a convolution reads. Only rows
/// of the canvas: where fewer than the reach are there, the canvas ends and zeros follow.
struct MapRows {
  at::Tensor own_BCHW;
  at::Tensor above_BCHW = {};  ///< undefined: none
  at::Tensor below_BCHW = {};
  int first_row = 0;  ///< the first own row on the canvas
};

/// activation(group_norm(x)), convolved, plus residual, for the own rows.
///
/// In fp32 on the CPU it runs in bands of rows that stay in a core's cache from the norm to the
/// addition; the bits of a row depend neither on its band nor on the strip (conv2d.h).
/// \param moments_BG2  of the whole canvas, from merge_moments.
/// \return [B, out, own rows, W], channels-last.
at::Tensor normed_conv_map(const MapRows& x, const at::Tensor& moments_BG2,
                           const NormedConvolution& layer);

}  // namespace tessera::model
