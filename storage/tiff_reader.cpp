#include "storage/tiff_reader.h"

#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <string>

#include "storage/file_descriptor.h"
#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
struct FreeOptions {
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};
using TiffHandle = std::unique_ptr<TIFF, CloseTiff>;

/// Keeps the first error of a file; later ones follow from it.
int keep_message(TIFF*, void* target, const char*, const char* format, std::va_list values) {
  auto* message = static_cast<std::string*>(target);
  std::array<char, 512> text = {};
  std::vsnprintf(text.data(), text.size(), format, values);
  if (message->empty()) *message = text.data();
  return 1;
}

int ignore_warning(TIFF*, void*, const char*, const char*, std::va_list) { return 1; }

struct Form {
  std::uint32_t cols = 0;
  std::uint32_t rows = 0;
  std::uint16_t bits = 1;
  std::uint16_t channels = 1;
  std::uint16_t planar = PLANARCONFIG_CONTIG;
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
  std::uint16_t sample_format = SAMPLEFORMAT_UINT;
};

Form form_of(TIFF* tiff) {
  Form form;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &form.cols);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &form.rows);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &form.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &form.channels);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &form.planar);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &form.photometric);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &form.sample_format);
  return form;
}

void check(const Form& form, TIFF* tiff, const std::filesystem::path& path) {
  const bool gray = form.photometric == PHOTOMETRIC_MINISBLACK && form.channels <= 2;
  const bool rgb =
      form.photometric == PHOTOMETRIC_RGB && (form.channels == 3 || form.channels == 4);
  if ((form.bits == 8 || form.bits == 16) && (gray || rgb) && form.planar == PLANARCONFIG_CONTIG &&
      form.sample_format == SAMPLEFORMAT_UINT && TIFFIsTiled(tiff) == 0) {
    return;
  }
  throw DataError(path.string() + ": a TIFF of " + std::to_string(form.channels) + " x " +
                  std::to_string(form.bits) + " bits, photometric " +
                  std::to_string(form.photometric) + ", planar configuration " +
                  std::to_string(form.planar) + ", sample format " +
                  std::to_string(form.sample_format) + (TIFFIsTiled(tiff) ? ", tiled" : "") +
                  "; expected interleaved gray or RGB of 8 or 16 bits in strips");
}

}  // namespace

Raster read_tiff(const std::filesystem::path& path) {
  { const FileDescriptor exists = open_for_reading(path); }
  std::string message;
  const std::unique_ptr<TIFFOpenOptions, FreeOptions> options(TIFFOpenOptionsAlloc());
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_message, &message);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore_warning, nullptr);
  const TiffHandle tiff(TIFFOpenExt(path.c_str(), "r", options.get()));
  if (!tiff) throw DataError(path.string() + ": damaged TIFF: " + message);

  const Form form = form_of(tiff.get());
  check(form, tiff.get(), path);
  Raster raster;
  constexpr std::uint32_t kTooLong = 1u << 30;  // stays too large for check_picture_extent
  raster.extent = {static_cast<int>(std::min(form.rows, kTooLong)),
                   static_cast<int>(std::min(form.cols, kTooLong))};
  check_picture_extent(path, raster.extent);
  raster.channels = form.channels;
  raster.top = form.bits == 8 ? 255 : 65535;

  const std::size_t row_samples = std::size_t{form.cols} * form.channels;
  if (static_cast<std::size_t>(TIFFScanlineSize(tiff.get())) != row_samples * (form.bits / 8)) {
    throw DataError(path.string() + ": damaged TIFF: a row has " +
                    std::to_string(TIFFScanlineSize(tiff.get())) + " bytes, expected " +
                    std::to_string(row_samples * (form.bits / 8)));
  }
  raster.samples.resize(row_samples * form.rows);
  std::vector<std::uint8_t> narrow(form.bits == 8 ? row_samples : 0);
  for (std::uint32_t row = 0; row < form.rows; ++row) {
    std::uint16_t* target = raster.samples.data() + row_samples * row;
    void* buffer = narrow.empty() ? static_cast<void*>(target) : narrow.data();
    if (TIFFReadScanline(tiff.get(), buffer, row, 0) < 0 || !message.empty()) {
      throw DataError(path.string() + ": damaged TIFF at row " + std::to_string(row) + ": " +
                      message);
    }
    std::copy(narrow.begin(), narrow.end(), target);
  }
  return raster;
}

}  // namespace tessera::storage
