#include "storage/png_writer.h"

#include <png.h>

#include <csetjmp>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "partition/size_text.h"
#include "storage/atomic_file.h"
#include "storage/frame_checks.h"
#include "storage/quantised_samples.h"
#include "storage/storage_error.h"
#include "storage/unicode_text.h"

namespace tessera::storage {
namespace {

constexpr int kChannels = 3;

/// Where the bytes of libpng go, and what went wrong on the way.
struct Sink {
  AtomicFile file;
  std::exception_ptr failure;
  std::string message;
};

void write_bytes(png_structp png, png_bytep data, std::size_t size) {
  auto* sink = static_cast<Sink*>(png_get_io_ptr(png));
  try {
    sink->file.write(std::as_bytes(std::span(data, size)));
    return;
  } catch (...) {
    sink->failure = std::current_exception();
  }
  // Outside the handler: png_error leaves by longjmp.
  png_error(png, "cannot write");
}

void flush_nothing(png_structp) {}

void keep_message(png_structp png, png_const_charp message) {
  static_cast<Sink*>(png_get_error_ptr(png))->message = message;
  png_longjmp(png, 1);
}

void ignore_warning(png_structp, png_const_charp) {}

/// A text chunk with its storage; libpng copies it.
class TextChunk {
 public:
  enum class Form { Latin1IfPossible, Utf8 };

  TextChunk(std::string keyword, const std::string& utf8, Form form)
      : keyword_(std::move(keyword)) {
    const std::u32string points = code_points(utf8);
    const auto latin1 = form == Form::Utf8 ? std::nullopt : latin1_of(points);
    text_ = latin1.value_or(utf8_of(points));
    compression_ = latin1 ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
  }

  png_text view() {
    png_text text = {};
    text.compression = compression_;
    text.key = keyword_.data();
    text.text = text_.data();
    text.text_length = text_.size();
    text.itxt_length = text_.size();
    text.lang = empty_.data();
    text.lang_key = empty_.data();
    return text;
  }

 private:
  std::string keyword_;
  std::string text_;
  std::string empty_;
  int compression_ = PNG_TEXT_COMPRESSION_NONE;
};

std::vector<TextChunk> text_chunks(const PictureMetadata& metadata) {
  std::vector<TextChunk> chunks;
  const auto add = [&](const char* keyword, const std::string& text, TextChunk::Form form) {
    if (!text.empty()) chunks.emplace_back(keyword, text, form);
  };
  add("parameters", parameters_text(metadata), TextChunk::Form::Latin1IfPossible);
  add("tessera", record_text(metadata), TextChunk::Form::Utf8);
  add("XML:com.adobe.xmp", xmp_packet(metadata), TextChunk::Form::Utf8);
  return chunks;
}

}  // namespace

/// One open file.
class PngWriter::Frame {
 public:
  Frame(const std::filesystem::path& path, partition::Extent image)
      : sink_{AtomicFile(path), nullptr, {}}, image_(image) {
    png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, &sink_, keep_message, ignore_warning);
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_write_struct(&png_, &info_);
      throw std::bad_alloc();
    }
    png_set_write_fn(png_, &sink_, write_bytes, flush_nothing);
  }
  ~Frame() { png_destroy_write_struct(&png_, &info_); }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  void write_header(const PngOptions& options, const PictureMetadata& metadata) {
    std::vector<TextChunk> chunks = text_chunks(metadata);
    std::vector<png_text> texts;
    for (TextChunk& chunk : chunks) texts.push_back(chunk.view());
    depth_ = options.depth;
    row_.resize(static_cast<std::size_t>(image_.cols) * kChannels *
                (depth_ == PngDepth::Bits8 ? 1 : 2));
    guarded([&] {
      png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
      png_set_compression_level(png_, options.compression_level);
      png_set_IHDR(png_, info_, static_cast<png_uint_32>(image_.cols),
                   static_cast<png_uint_32>(image_.rows), depth_ == PngDepth::Bits8 ? 8 : 16,
                   PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                   PNG_FILTER_TYPE_DEFAULT);
      png_set_sRGB_gAMA_and_cHRM(png_, info_, PNG_sRGB_INTENT_PERCEPTUAL);
      if (!texts.empty()) png_set_text(png_, info_, texts.data(), static_cast<int>(texts.size()));
      png_write_info(png_, info_);
    });
  }

  void write_row(std::span<const float> samples) {
    const std::size_t good = depth_ == PngDepth::Bits8 ? quantise_to_8_bits(samples, row_)
                                                       : quantise_to_16_bits(samples, row_);
    if (good != samples.size()) refuse_sample(sink_.file.path(), next_row_, good);
    guarded([&] { png_write_row(png_, row_.data()); });
    ++next_row_;
  }

  void finish() {
    guarded([&] { png_write_end(png_, nullptr); });
    sink_.file.commit();
  }

  partition::Extent image() const { return image_; }
  int next_row() const { return next_row_; }

 private:
  /// Runs calls of libpng. Its errors come back by longjmp, so `calls` must own nothing: objects
  /// with destructors belong to the caller. \throws what the sink threw, or IoError with libpng's
  /// text.
  template <typename Calls>
  void guarded(const Calls& calls) {
    if (setjmp(png_jmpbuf(png_)) == 0) {
      calls();
      return;
    }
    if (sink_.failure) std::rethrow_exception(sink_.failure);
    throw IoError(sink_.file.path().string() + ": libpng: " + sink_.message);
  }

  Sink sink_;
  partition::Extent image_;
  PngDepth depth_ = PngDepth::Bits8;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::vector<png_byte> row_;
  int next_row_ = 0;
};

PngWriter::PngWriter(FrameFile file_of, PngOptions options)
    : file_of_(std::move(file_of)), options_(options) {
  if (options.compression_level < 0 || options.compression_level > 9) {
    throw std::invalid_argument("PNG compression level " +
                                std::to_string(options.compression_level) + ", expected 0..9");
  }
}

PngWriter::~PngWriter() = default;

void PngWriter::begin_frame(int frame_index, partition::Extent image,
                            const PictureMetadata& metadata) {
  if (frame_) throw std::invalid_argument("a frame was begun before the last one ended");
  if (image.rows <= 0 || image.cols <= 0) {
    throw std::invalid_argument("a picture of " + partition::size_text(image) + " has no pixels");
  }
  auto frame = std::make_unique<Frame>(file_of_(frame_index), image);
  frame->write_header(options_, metadata);
  frame_ = std::move(frame);
}

void PngWriter::write_rows(RowBand rows) {
  if (!frame_) throw std::invalid_argument("rows came before a frame was begun");
  const partition::Extent image = frame_->image();
  const std::size_t row_samples = static_cast<std::size_t>(image.cols) * kChannels;
  check_band(rows, frame_->next_row(), image);
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows.rows); ++row) {
    frame_->write_row(rows.pixels.subspan(row * row_samples, row_samples));
  }
}

void PngWriter::end_frame() {
  if (!frame_ || frame_->next_row() != frame_->image().rows) {
    throw std::invalid_argument("a frame ended before all of its rows were written");
  }
  const std::unique_ptr<Frame> frame = std::move(frame_);
  frame->finish();
}

}  // namespace tessera::storage
