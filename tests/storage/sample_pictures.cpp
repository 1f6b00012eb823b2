#include "tests/storage/sample_pictures.h"

#include <jpeglib.h>
#include <png.h>
#include <tiffio.h>

#include <array>
#include <cstdio>  // jpeglib.h needs FILE
#include <stdexcept>

namespace tessera::storage {
namespace {

/// One row as the libraries take it: bytes, or 16-bit samples of that byte order.
enum class Order { Native, BigEndian };
std::vector<std::uint8_t> row_bytes(const Raster& raster, int row, Order order) {
  const auto count = static_cast<std::size_t>(raster.extent.cols * raster.channels);
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint16_t sample = raster.samples[static_cast<std::size_t>(row) * count + i];
    const auto high = static_cast<std::uint8_t>(sample >> 8);
    const auto low = static_cast<std::uint8_t>(sample & 0xff);
    if (raster.top == 255) {
      bytes.push_back(low);
    } else {
      bytes.push_back(order == Order::BigEndian ? high : low);
      bytes.push_back(order == Order::BigEndian ? low : high);
    }
  }
  return bytes;
}

struct File {
  explicit File(const std::filesystem::path& path) : handle(std::fopen(path.c_str(), "wb")) {
    if (handle == nullptr) throw std::runtime_error("cannot create " + path.string());
  }
  File(const File&) = delete;
  ~File() { std::fclose(handle); }
  std::FILE* handle;
};

}  // namespace

Raster ramp_raster(partition::Extent extent, int channels, std::uint16_t top) {
  Raster raster{extent, channels, top, {}};
  const auto count = static_cast<std::size_t>(extent.area()) * static_cast<std::size_t>(channels);
  for (std::size_t i = 0; i < count; ++i) {
    raster.samples.push_back(static_cast<std::uint16_t>(7 * i % (std::size_t{top} + 1)));
  }
  return raster;
}

void write_sample_png(const std::filesystem::path& path, const Raster& raster) {
  constexpr std::array<int, 5> kColorTypes = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA,
                                              PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
  const File file(path);
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_init_io(png, file.handle);
  png_set_IHDR(png, info, static_cast<png_uint_32>(raster.extent.cols),
               static_cast<png_uint_32>(raster.extent.rows), raster.top == 255 ? 8 : 16,
               kColorTypes.at(static_cast<std::size_t>(raster.channels)), PNG_INTERLACE_ADAM7,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  const int passes = png_set_interlace_handling(png);
  for (int pass = 0; pass < passes; ++pass) {
    for (int row = 0; row < raster.extent.rows; ++row) {
      png_write_row(png, row_bytes(raster, row, Order::BigEndian).data());
    }
  }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
}

void write_palette_png(const std::filesystem::path& path, partition::Extent extent) {
  const File file(path);
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_init_io(png, file.handle);
  png_set_IHDR(png, info, static_cast<png_uint_32>(extent.cols),
               static_cast<png_uint_32>(extent.rows), 8, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  const std::array<png_color, 2> palette = {{{255, 0, 0}, {0, 0, 255}}};
  png_set_PLTE(png, info, palette.data(), 2);
  png_write_info(png, info);
  std::vector<std::uint8_t> indices;
  for (int col = 0; col < extent.cols; ++col) indices.push_back(static_cast<std::uint8_t>(col % 2));
  for (int row = 0; row < extent.rows; ++row) png_write_row(png, indices.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
}

void write_sample_jpeg(const std::filesystem::path& path, const Raster& raster, int quality) {
  const File file(path);
  jpeg_error_mgr errors;
  jpeg_compress_struct state = {};
  state.err = jpeg_std_error(&errors);
  jpeg_create_compress(&state);
  jpeg_stdio_dest(&state, file.handle);
  state.image_width = static_cast<JDIMENSION>(raster.extent.cols);
  state.image_height = static_cast<JDIMENSION>(raster.extent.rows);
  state.input_components = raster.channels;
  state.in_color_space = raster.channels == 1   ? JCS_GRAYSCALE
                         : raster.channels == 3 ? JCS_RGB
                                                : JCS_CMYK;
  jpeg_set_defaults(&state);
  jpeg_set_quality(&state, quality, TRUE);
  for (int i = 0; i < state.num_components; ++i) {
    state.comp_info[i].h_samp_factor = state.comp_info[i].v_samp_factor = 1;
  }
  jpeg_start_compress(&state, TRUE);
  for (int row = 0; row < raster.extent.rows; ++row) {
    std::vector<std::uint8_t> bytes = row_bytes(raster, row, Order::Native);
    JSAMPROW rows = bytes.data();
    jpeg_write_scanlines(&state, &rows, 1);
  }
  jpeg_finish_compress(&state);
  jpeg_destroy_compress(&state);
}

void write_sample_tiff(const std::filesystem::path& path, const Raster& raster, int photometric,
                       int compression) {
  TIFF* tiff = TIFFOpen(path.c_str(), "w");
  if (tiff == nullptr) throw std::runtime_error("cannot create " + path.string());
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, raster.extent.cols);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, raster.extent.rows);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, raster.top == 255 ? 8 : 16);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, raster.channels);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, photometric);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
  if (raster.has_alpha()) {
    const std::uint16_t alpha = EXTRASAMPLE_UNASSALPHA;
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &alpha);
  }
  for (int row = 0; row < raster.extent.rows; ++row) {
    std::vector<std::uint8_t> bytes = row_bytes(raster, row, Order::Native);
    TIFFWriteScanline(tiff, bytes.data(), static_cast<std::uint32_t>(row), 0);
  }
  TIFFClose(tiff);
}

}  // namespace tessera::storage
