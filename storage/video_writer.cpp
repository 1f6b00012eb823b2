#include "storage/video_writer.h"

#include <span>
#include <stdexcept>
#include <string>

#include "partition/size_text.h"
#include "storage/frame_checks.h"
#include "storage/png_reader.h"
#include "storage/quantised_samples.h"
#include "storage/storage_error.h"

namespace tessera::storage {
namespace {

constexpr std::size_t kChannels = 3;

std::size_t samples_of(partition::Extent image) {
  return static_cast<std::size_t>(image.area()) * kChannels;
}

/// The samples of a finished frame.
std::vector<std::uint8_t> read_frame(const std::filesystem::path& file, partition::Extent image) {
  const Raster raster = read_png(file);
  if (raster.extent != image || raster.channels != static_cast<int>(kChannels) ||
      raster.top != 255) {
    throw DataError(file.string() + ": a frame of " + partition::size_text(raster.extent) +
                    " with " + std::to_string(raster.channels) + " channels up to " +
                    std::to_string(raster.top) + "; expected " + partition::size_text(image) +
                    ", 3 and 255");
  }
  return {raster.samples.begin(), raster.samples.end()};
}

}  // namespace

VideoWriter::VideoWriter(const std::filesystem::path& path, const VideoForm& form)
    : path_(path), image_(form.image), encoder_(path, form), rgb_(samples_of(form.image)) {}

void VideoWriter::begin_frame(int frame_index, partition::Extent image, const PictureMetadata&) {
  if (next_row_) throw std::invalid_argument("a frame was begun before the last one ended");
  if (frame_index != frames_ || image != image_) {
    throw std::invalid_argument(path_.string() + ": frame " + std::to_string(frame_index) + " of " +
                                partition::size_text(image) + " came where frame " +
                                std::to_string(frames_) + " of " + partition::size_text(image_) +
                                " was expected");
  }
  next_row_ = 0;
}

void VideoWriter::write_rows(RowBand rows) {
  if (!next_row_) throw std::invalid_argument("rows came before a frame was begun");
  check_band(rows, *next_row_, image_);
  const std::size_t row_samples = static_cast<std::size_t>(image_.cols) * kChannels;
  const auto begin = static_cast<std::size_t>(rows.row_begin) * row_samples;
  const std::size_t good =
      quantise_to_8_bits(rows.pixels, std::span(rgb_).subspan(begin, rows.pixels.size()));
  if (good != rows.pixels.size()) {
    refuse_sample(path_, rows.row_begin + static_cast<int>(good / row_samples), good % row_samples);
  }
  *next_row_ += rows.rows;
}

void VideoWriter::end_frame() {
  if (next_row_ != image_.rows) {
    throw std::invalid_argument("a frame ended before all of its rows were written");
  }
  next_row_.reset();
  ++frames_;
  encoder_.add_frame(rgb_);
}

void VideoWriter::close() { encoder_.close(); }

void build_video(const std::filesystem::path& path, const VideoForm& form, int frames,
                 const PngWriter::FrameFile& frame_of) {
  VideoEncoder encoder(path, form);
  for (int frame = 0; frame < frames; ++frame) {
    encoder.add_frame(read_frame(frame_of(frame), form.image));
  }
  encoder.close();
}

}  // namespace tessera::storage
