#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "partition/crop_grid.h"

namespace tessera::partition {

/// Random shift of one crop in tokens.
struct CropShift {
  int row = 0;
  int col = 0;

  auto operator<=>(const CropShift&) const = default;
};

/// What a crop's shift is keyed by: nothing that depends on the rank count.
struct JitterKey {
  std::uint64_t seed = 0;
  int stage = 0;
  int step = 0;
  int layer = 0;  ///< index of the self-attention in execution order
};

/// Shifts of every crop of the grid, row-major. Word 0 of the block at counter
/// (crop row, crop col, layer, purpose 5 | stage | step) gives the row shift, word 1 the column
/// shift; uniform in [lo, hi] as lo + floor(x (hi - lo + 1) / 2^32).
std::vector<CropShift> draw_jitter(const CropGrid& grid, const JitterKey& key);

}  // namespace tessera::partition
