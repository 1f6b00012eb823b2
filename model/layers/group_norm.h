#pragma once

#include <ATen/core/Tensor.h>

#include "model/layers/norm_kernel.h"
#include "model/spatial_ops.h"
#include "partition/row_range.h"

namespace tessera::model {

/// (mean, M2) of every group over `rows` of x, fp32 [B, groups, 2], on the CPU; M2 is the sum of
/// squared deviations from that mean. The order of summation depends on the shape of
/// the block alone, never on the strip that holds it or on threads. \param rows  local rows of
/// x_BCHW (channels-last).
at::Tensor group_moments(const at::Tensor& x_BCHW, partition::RowRange rows, int groups);

/// Moments of the union of blocks, merged in index order in double (Chan et al. 1979):
/// n = n_a + n_b, d = m_b - m_a, m = m_a + d n_b / n, M2 = M2_a + M2_b + d^2 n_a n_b / n.
/// \param blocks_KBG2  fp32 partial moments per block; \param elements  count behind each of them;
/// a block of none is left out, whatever its moments are.
/// \param frames  batch elements of one clip, merged too: by block, then by frame.
/// \return fp64 [B, groups, 2]: mean and biased variance M2 / n, the same for all frames of a clip;
///         zeros if every block is empty.
at::Tensor merge_moments(const at::Tensor& blocks_KBG2, const std::vector<std::int64_t>& elements,
                         int frames = 1);

/// A group norm as x scale + shift per batch element and channel.
struct ChannelScale {
  at::Tensor scale_BC;  ///< weight / sqrt(var + eps)
  at::Tensor shift_BC;  ///< bias - mean scale
};

/// Computed in double, rounded to fp32. \param moments_BG2  from merge_moments.
ChannelScale channel_scale(const at::Tensor& moments_BG2, const NormWeights& weights,
                           const NormGeometry& geometry);

/// activation(x scale + shift) of pixels of batch element `b`, fp32 on the CPU; `to` may be the
/// run.
void normalise_run(const PixelRun& run, const ChannelScale& norm, std::int64_t b,
                   Activation activation, float* to);

/// activation((x - mean) / sqrt(var + eps) * weight + bias), channels-last.
at::Tensor apply_group_norm(const at::Tensor& x_BCHW, const at::Tensor& moments_BG2,
                            const NormWeights& weights, const NormGeometry& geometry);

}  // namespace tessera::model
