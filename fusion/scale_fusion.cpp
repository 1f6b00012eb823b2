#include "fusion/scale_fusion.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace tessera::fusion {

at::Tensor fold_channel_blur(const at::Tensor& w_out, std::span<const float> taps) {
  if (w_out.dim() != 2 || taps.size() % 2 != 1) {
    throw std::invalid_argument(
        "channel blur: needs a [C_out, C_in] matrix and an odd number of "
        "taps, got " +
        std::to_string(w_out.dim()) + " dimensions and " + std::to_string(taps.size()) + " taps");
  }
  const at::Tensor wide = w_out.scalar_type() == at::kDouble ? w_out : w_out.to(at::kFloat);
  const std::int64_t channels = w_out.size(0);
  const auto radius = static_cast<std::int64_t>(taps.size() / 2);
  at::Tensor folded = at::zeros_like(wide);
  for (std::int64_t j = -radius; j <= radius; ++j) {
    const std::int64_t rows = channels - std::abs(j);
    if (rows <= 0) {
      continue;
    }
    // Row i takes tap(j) of row i + j; rows beyond the first and last channel are zero.
    folded.narrow(0, std::max<std::int64_t>(0, -j), rows)
        .add_(wide.narrow(0, std::max<std::int64_t>(0, j), rows),
              static_cast<double>(taps[static_cast<std::size_t>(j + radius)]));
  }
  return folded.to(w_out.scalar_type());
}

}  // namespace tessera::fusion
