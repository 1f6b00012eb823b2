#pragma once

#include <ATen/core/Tensor.h>

#include "worker/spatial/strip_group.h"

namespace tessera::worker {

/// Mean and variance of every group over the whole canvas, fp64 [B, groups, 2]: partials per
/// canonical block, one all-gather, merged in block order. Identical bits for every strip count.
/// \param frames  batch elements that share their statistics: the frames of a clip.
at::Tensor merged_group_moments(const StripGroup& group, const at::Tensor& x_BCHW, int groups,
                                int frames = 1);

/// FreeU's seven sums per channel over the whole canvas, fp64 [B, C, 7], merged the same way.
at::Tensor merged_low_modes(const StripGroup& group, const at::Tensor& x_BCHW);

}  // namespace tessera::worker
