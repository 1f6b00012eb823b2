#include "storage/png_reader.h"

#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <new>
#include <span>
#include <string_view>

#include "storage/mapped_file.h"
#include "storage/storage_error.h"
#include "storage/unicode_text.h"

namespace tessera::storage {
namespace {

/// One PNG in memory with libpng's state around it.
class Decoder {
 public:
  explicit Decoder(const std::filesystem::path& path)
      : path_(path), file_(MappedFile::open(path)), rest_(file_.bytes()) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, keep_message, ignore_warning);
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, &info_, nullptr);
      throw std::bad_alloc();
    }
    png_set_read_fn(png_, this, copy_bytes);
  }
  ~Decoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  void read_header() {
    guarded([this] {
      png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
      png_read_info(png_, info_);
    });
  }

  std::map<std::string, std::string> text() const {
    png_textp texts = nullptr;
    const int count = png_get_text(png_, info_, &texts, nullptr);
    std::map<std::string, std::string> result;
    for (const png_text& text : std::span(texts, static_cast<std::size_t>(std::max(count, 0)))) {
      const bool is_utf8 = text.compression >= PNG_ITXT_COMPRESSION_NONE;
      const std::string_view raw(text.text, is_utf8 ? text.itxt_length : text.text_length);
      result.emplace(text.key, is_utf8 ? utf8_of(code_points(raw)) : utf8_of_latin1(raw));
    }
    return result;
  }

  Raster form();
  Raster pixels();

 private:
  static void copy_bytes(png_structp png, png_bytep target, std::size_t size) {
    auto* self = static_cast<Decoder*>(png_get_io_ptr(png));
    if (size > self->rest_.size()) png_error(png, "the file ends early");
    std::memcpy(target, self->rest_.data(), size);
    self->rest_ = self->rest_.subspan(size);
  }
  static void keep_message(png_structp png, png_const_charp message) {
    auto* self = static_cast<Decoder*>(png_get_error_ptr(png));
    std::strncpy(self->message_, message, sizeof self->message_ - 1);
    png_longjmp(png, 1);
  }
  static void ignore_warning(png_structp, png_const_charp) {}

  /// Runs calls of libpng. Its errors come back by longjmp, so `calls` must own nothing.
  template <typename Calls>
  void guarded(const Calls& calls) {
    if (setjmp(png_jmpbuf(png_)) == 0) {
      calls();
      return;
    }
    throw DataError(path_.string() + ": damaged PNG: " + message_);
  }

  const std::filesystem::path& path_;
  MappedFile file_;
  std::span<const std::byte> rest_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  char message_[256] = {};
};

Raster Decoder::form() {
  Raster raster;
  raster.extent = {static_cast<int>(png_get_image_height(png_, info_)),
                   static_cast<int>(png_get_image_width(png_, info_))};
  check_picture_extent(path_, raster.extent);
  guarded([this] {
    png_set_expand(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  });
  raster.channels = png_get_channels(png_, info_);
  const bool wide = png_get_bit_depth(png_, info_) == 16;
  raster.top = wide ? 65535 : 255;
  return raster;
}

Raster Decoder::pixels() {
  Raster raster = form();
  const bool wide = raster.top == 65535;
  const std::size_t row_bytes = png_get_rowbytes(png_, info_);
  std::vector<png_byte> bytes(row_bytes * static_cast<std::size_t>(raster.extent.rows));
  std::vector<png_bytep> rows;
  for (int row = 0; row < raster.extent.rows; ++row) {
    rows.push_back(bytes.data() + row_bytes * static_cast<std::size_t>(row));
  }
  guarded([&] {
    png_read_image(png_, rows.data());
    png_read_end(png_, nullptr);
  });
  raster.samples.resize(wide ? bytes.size() / 2 : bytes.size());
  for (std::size_t i = 0; i < raster.samples.size(); ++i) {
    raster.samples[i] =
        wide ? static_cast<std::uint16_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]) : bytes[i];
  }
  return raster;
}

}  // namespace

Raster read_png(const std::filesystem::path& path) {
  Decoder decoder(path);
  decoder.read_header();
  return decoder.pixels();
}

Raster read_png_form(const std::filesystem::path& path) {
  Decoder decoder(path);
  decoder.read_header();
  return decoder.form();
}

std::map<std::string, std::string> read_png_text(const std::filesystem::path& path) {
  Decoder decoder(path);
  decoder.read_header();
  return decoder.text();
}

}  // namespace tessera::storage
