#pragma once

#include <filesystem>

#include "storage/raster.h"

namespace tessera::storage {

/// Decodes a gray or colour JPEG. An orientation in its EXIF data is not applied.
/// \throws MissingFileError, IoError; DataError naming the file with libjpeg's text, also where
/// libjpeg
///         only warns of damaged data, and for CMYK.
Raster read_jpeg(const std::filesystem::path& path);

}  // namespace tessera::storage
