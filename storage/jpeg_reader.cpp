#include "storage/jpeg_reader.h"

#include <jpeglib.h>

#include <csetjmp>
#include <cstddef>
#include <cstdio>  // jpeglib.h needs FILE

#include "storage/mapped_file.h"
#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

/// One JPEG in memory with libjpeg's state around it.
class Decoder {
 public:
  explicit Decoder(const std::filesystem::path& path) : path_(path), file_(MappedFile::open(path)) {
    state_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = leave;
    errors_.base.emit_message = leave_on_damage;
    guarded([this] {
      jpeg_create_decompress(&state_);
      jpeg_mem_src(&state_, reinterpret_cast<const unsigned char*>(file_.bytes().data()),
                   static_cast<unsigned long>(file_.bytes().size()));
      jpeg_read_header(&state_, TRUE);
    });
  }
  ~Decoder() { jpeg_destroy_decompress(&state_); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  Raster pixels() {
    Raster raster;
    raster.extent = {static_cast<int>(state_.image_height), static_cast<int>(state_.image_width)};
    check_picture_extent(path_, raster.extent);
    if (state_.num_components != 1 && state_.num_components != 3) {
      throw DataError(path_.string() + ": a JPEG of " + std::to_string(state_.num_components) +
                      " colour components; expected gray or RGB");
    }
    raster.channels = state_.num_components;
    const std::size_t row_samples =
        static_cast<std::size_t>(raster.extent.cols) * static_cast<std::size_t>(raster.channels);
    raster.samples.resize(row_samples * static_cast<std::size_t>(raster.extent.rows));
    std::vector<JSAMPLE> row(row_samples);
    guarded([&] {
      state_.out_color_space = raster.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
      jpeg_start_decompress(&state_);
      std::uint16_t* target = raster.samples.data();
      while (state_.output_scanline < state_.output_height) {
        JSAMPROW rows = row.data();
        jpeg_read_scanlines(&state_, &rows, 1);
        for (std::size_t i = 0; i < row_samples; ++i) *target++ = rows[i];
      }
      jpeg_finish_decompress(&state_);
    });
    return raster;
  }

 private:
  struct Errors {
    jpeg_error_mgr base;
    std::jmp_buf back;
    char text[JMSG_LENGTH_MAX];
  };

  static void leave(j_common_ptr state) {
    auto* errors = reinterpret_cast<Errors*>(state->err);
    errors->base.format_message(state, errors->text);
    std::longjmp(errors->back, 1);
  }
  /// A negative level is a warning of damaged data, for which libjpeg would make pixels up.
  static void leave_on_damage(j_common_ptr state, int level) {
    if (level < 0) leave(state);
  }

  /// Runs calls of libjpeg. Its errors come back by longjmp, so `calls` must own nothing.
  template <typename Calls>
  void guarded(const Calls& calls) {
    if (setjmp(errors_.back) == 0) {
      calls();
      return;
    }
    jpeg_destroy_decompress(&state_);  // twice is harmless; the constructor needs it here
    throw DataError(path_.string() + ": damaged JPEG: " + errors_.text);
  }

  const std::filesystem::path& path_;
  MappedFile file_;
  jpeg_decompress_struct state_ = {};
  Errors errors_ = {};
};

}  // namespace

Raster read_jpeg(const std::filesystem::path& path) { return Decoder(path).pixels(); }

}  // namespace tessera::storage
