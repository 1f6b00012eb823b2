#pragma once

#include <cstdint>

namespace tessera::coordinator {

/// What one stage of one item is predicted to cost. FLOP = 2 multiply-adds, whole canvas, all ranks
/// together (docs/algorithms.md, "Cost model").
struct StageForecast {
  int steps = 0;                  ///< steps run, from the restart index on
  double step_flop = 0;           ///< one denoising step, both predictions when guided
  double transition_flop = 0;     ///< encoding of the picture it starts from, if any
  double decode_flop = 0;         ///< autoencoder at the end of the stage
  std::int64_t peak_bytes = 0;    ///< of the rank with the tallest strip, weights included
  std::int64_t weight_bytes = 0;  ///< of it the U-Net and the autoencoder

  double total_flop() const { return steps * step_flop + transition_flop + decode_flop; }
  bool operator==(const StageForecast&) const = default;
};

}  // namespace tessera::coordinator
