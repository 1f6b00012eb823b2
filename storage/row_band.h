#pragma once

#include <span>

namespace tessera::storage {

/// Consecutive rows of a picture: interleaved float RGB in [0, 1], row-major,
/// pixels.size() == rows * cols * 3.
struct RowBand {
  int row_begin = 0;
  int rows = 0;
  int cols = 0;
  std::span<const float> pixels;
  int frame = 0;  ///< of a clip
};

}  // namespace tessera::storage
