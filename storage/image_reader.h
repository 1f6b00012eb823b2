#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "partition/extent.h"

namespace tessera::storage {

/// A picture in memory: interleaved RGB in [0, 1], row-major, rows * cols * 3 values.
struct RgbImage {
  partition::Extent extent;
  std::vector<float> pixels;
};

/// One value per pixel, row-major; 0 keeps, anything else redraws.
struct GrayMask {
  partition::Extent extent;
  std::vector<std::uint8_t> pixels;
};

/// Reads a PNG, JPEG or TIFF of 8 or 16 bits, told apart by content, not by name. Gray is repeated
/// in all three colours, palettes are expanded, alpha is dropped (not blended), colour profiles and
/// orientation tags are not applied.
/// \throws MissingFileError, IoError; DataError naming the file and the fault, also for OpenEXR,
/// which is
///         not supported yet, and for more than 2^28 pixels.
RgbImage read_image(const std::filesystem::path& path);

/// Reads a mask in the same formats: gray, or colour with three equal channels. 16 bits are scaled
/// to 8 so that what was not 0 stays so. \throws as read_image; DataError also for a mask with
/// colours or with transparent pixels.
GrayMask read_mask(const std::filesystem::path& path);

}  // namespace tessera::storage
