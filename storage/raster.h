#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "partition/extent.h"

namespace tessera::storage {

/// A decoded picture as its file stores it: row-major, interleaved integer samples.
struct Raster {
  partition::Extent extent;
  int channels = 3;         ///< 1 gray, 2 gray + alpha, 3 RGB, 4 RGB + alpha
  std::uint16_t top = 255;  ///< value that stands for 1.0: 255 or 65535
  std::vector<std::uint16_t> samples;

  bool has_alpha() const { return channels == 2 || channels == 4; }
  int colors() const { return channels >= 3 ? 3 : 1; }
};

/// \throws DataError naming the file if the picture is empty or has more than 2^28 pixels (as
///         16384 x 16384): a few bytes of a damaged file can ask for any amount of memory.
void check_picture_extent(const std::filesystem::path& file, partition::Extent extent);

}  // namespace tessera::storage
