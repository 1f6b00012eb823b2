#pragma once

#include <filesystem>

#include "storage/raster.h"

namespace tessera::storage {

/// Decodes the first picture of a TIFF: 8 or 16 bits, gray or RGB, with or without alpha,
/// interleaved, in strips, any compression that libtiff knows. Its orientation is not applied.
/// \throws MissingFileError, IoError; DataError naming the file, for another form with its values.
Raster read_tiff(const std::filesystem::path& path);

}  // namespace tessera::storage
