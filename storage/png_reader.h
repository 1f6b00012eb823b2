#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "storage/raster.h"

namespace tessera::storage {

/// Decodes a PNG: palettes and fewer than 8 bits are expanded, a transparent colour becomes alpha,
/// gamma chunks are ignored. \throws MissingFileError, DataError naming the file with libpng's
/// text, IoError.
Raster read_png(const std::filesystem::path& path);

/// Extent, channels and depth as read_png() would give them, without samples. \throws as
/// read_png().
Raster read_png_form(const std::filesystem::path& path);

/// The text chunks before the pixels, keyword to UTF-8 text, of all three kinds (tEXt, zTXt, iTXt).
/// The first of two with the same keyword counts. Pixels are not read. \throws MissingFileError,
/// DataError, IoError.
std::map<std::string, std::string> read_png_text(const std::filesystem::path& path);

}  // namespace tessera::storage
