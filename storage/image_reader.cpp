#include "storage/image_reader.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "storage/jpeg_reader.h"
#include "storage/mapped_file.h"
#include "storage/png_reader.h"
#include "storage/storage_error.h"
#include "storage/tiff_reader.h"

namespace tessera::storage {
namespace {

Raster decode(const std::filesystem::path& path) {
  std::string start;
  {
    const MappedFile file = MappedFile::open(path);
    const std::span<const std::byte> bytes = file.bytes();
    for (const std::byte byte : bytes.first(std::min<std::size_t>(bytes.size(), 8))) {
      start += static_cast<char>(byte);
    }
  }
  const auto begins = [&](std::string_view magic) { return start.starts_with(magic); };
  if (begins("\x89PNG\r\n\x1a\n")) return read_png(path);
  if (begins("\xff\xd8\xff")) return read_jpeg(path);
  if (begins({"II*\0", 4}) || begins({"MM\0*", 4}) || begins({"II+\0", 4}) ||
      begins({"MM\0+", 4})) {
    return read_tiff(path);
  }
  if (begins("\x76\x2f\x31\x01")) {
    throw DataError(path.string() +
                    ": OpenEXR pictures are not supported yet. Save it as a 16-bit PNG or TIFF.");
  }
  throw DataError(path.string() + ": not a PNG, JPEG or TIFF picture");
}

/// Where a sample stands in the raster.
std::size_t sample_index(const Raster& raster, std::size_t pixel, int channel) {
  return pixel * static_cast<std::size_t>(raster.channels) + static_cast<std::size_t>(channel);
}

std::string place_text(const Raster& raster, std::size_t pixel) {
  const auto cols = static_cast<std::size_t>(raster.extent.cols);
  return "row " + std::to_string(pixel / cols) + ", column " + std::to_string(pixel % cols);
}

/// The gray value of a mask's pixel, after checking that it is one.
std::uint16_t mask_value(const Raster& raster, std::size_t pixel,
                         const std::filesystem::path& path) {
  const std::uint16_t value = raster.samples[sample_index(raster, pixel, 0)];
  for (int channel = 1; channel < raster.colors(); ++channel) {
    if (raster.samples[sample_index(raster, pixel, channel)] == value) continue;
    throw DataError(path.string() + ": a mask is gray, but the pixel at " +
                    place_text(raster, pixel) + " has a colour. White redraws, black keeps.");
  }
  if (raster.has_alpha() &&
      raster.samples[sample_index(raster, pixel, raster.channels - 1)] != raster.top) {
    throw DataError(path.string() + ": a mask is opaque, but the pixel at " +
                    place_text(raster, pixel) +
                    " is transparent. Save the mask as gray: white redraws, black keeps.");
  }
  return value;
}

}  // namespace

RgbImage read_image(const std::filesystem::path& path) {
  const Raster raster = decode(path);
  const auto pixels = static_cast<std::size_t>(raster.extent.area());
  RgbImage image{raster.extent, std::vector<float>(pixels * 3)};
  const auto top = static_cast<float>(raster.top);
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    for (int color = 0; color < 3; ++color) {
      const int channel = std::min(color, raster.colors() - 1);
      image.pixels[3 * pixel + static_cast<std::size_t>(color)] =
          static_cast<float>(raster.samples[sample_index(raster, pixel, channel)]) / top;
    }
  }
  return image;
}

GrayMask read_mask(const std::filesystem::path& path) {
  const Raster raster = decode(path);
  const auto pixels = static_cast<std::size_t>(raster.extent.area());
  GrayMask mask{raster.extent, std::vector<std::uint8_t>(pixels)};
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    const std::uint16_t value = mask_value(raster, pixel, path);
    const int scaled = raster.top == 255 ? value : std::max(value >> 8, value == 0 ? 0 : 1);
    mask.pixels[pixel] = static_cast<std::uint8_t>(scaled);
  }
  return mask;
}

}  // namespace tessera::storage
