#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "storage/raster.h"

namespace tessera::storage {

/// A picture whose samples are all different for a while: value = 7 * index modulo (top + 1).
Raster ramp_raster(partition::Extent extent, int channels, std::uint16_t top);

/// Written with the libraries' own calls, so that readers are not tested against our writers.
void write_sample_png(const std::filesystem::path& path, const Raster& raster);
void write_sample_jpeg(const std::filesystem::path& path, const Raster& raster, int quality);
void write_sample_tiff(const std::filesystem::path& path, const Raster& raster, int photometric,
                       int compression);
/// A PNG of palette indices: 0, 1, 0, 1, ... of red and blue.
void write_palette_png(const std::filesystem::path& path, partition::Extent extent);

}  // namespace tessera::storage
