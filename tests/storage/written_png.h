#pragma once

#include <filesystem>
#include <vector>

#include "storage/png_writer.h"

namespace tessera::storage {

/// Writes an 8-bit PNG. \param pixels  RGB in [0, 1], rows from the top.
inline void write_png(const std::filesystem::path& file, partition::Extent size,
                      const std::vector<float>& pixels) {
  PngWriter writer([&](int) { return file; }, {});
  writer.begin_frame(0, size, {});
  writer.write_rows({0, size.rows, size.cols, pixels});
  writer.end_frame();
}

inline void write_gray_png(const std::filesystem::path& file, partition::Extent size) {
  write_png(file, size, std::vector<float>(static_cast<std::size_t>(size.area()) * 3, 0.5f));
}

}  // namespace tessera::storage
