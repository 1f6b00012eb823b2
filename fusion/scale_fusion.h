#pragma once

#include <span>

namespace at {
class Tensor;
}

namespace tessera::fusion {

/// Output projection with the channel blur of `official` mode folded in: T W_o.
///
/// The released program blurs the fused difference over (row, column, channel index). With
/// T_ij = tap(i - j), zero padded at channels 0 and C - 1, the channel axis commutes with the
/// spatial blur G and with head outputs a (docs/algorithms.md, "Blur and fusion"):
/// y = W_o a_global + (T W_o) G(a_local - a_global) + b_o. `paper` mode uses W_o itself.
/// \param w_out  [C_out, C_in]; T acts on C_out. \param taps  2R + 1 weights, symmetric.
/// \return same shape and type; summed in fp32 at least.
/// \throws std::invalid_argument unless w_out is a matrix and the number of taps is odd.
at::Tensor fold_channel_blur(const at::Tensor& w_out, std::span<const float> taps);

}  // namespace tessera::fusion
