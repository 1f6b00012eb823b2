#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "storage/video_format.h"

namespace tessera::storage {

/// Encodes the frames of one clip into a container, in this process, by FFmpeg's libraries.
///
/// The file appears under its name complete or not at all (AtomicFile), at close(). Equal frames
/// give equal bytes with the same libraries: one thread, no dates, no library versions. One object
/// per thread.
class VideoEncoder {
 public:
  /// \throws CannotCreateError if the folder cannot take the file or this program was built without
  ///         FFmpeg; std::invalid_argument for sides that the format cannot have or a rate below 1;
  ///         IoError with FFmpeg's text.
  VideoEncoder(const std::filesystem::path& path, const VideoForm& form);
  /// Without close() nothing is left behind.
  ~VideoEncoder();
  VideoEncoder(VideoEncoder&&) noexcept;
  VideoEncoder& operator=(VideoEncoder&&) noexcept;

  /// \param rgb  interleaved, row-major, rows * cols * 3. \throws std::invalid_argument for another
  /// size; IoError naming the file with FFmpeg's text, e.g. when the disk is full.
  void add_frame(std::span<const std::uint8_t> rgb);
  /// Writes what the encoder holds back and the end, syncs and renames. Call once, last.
  /// \throws std::invalid_argument if no frame was added; IoError, CannotCreateError.
  void close();

 private:
  class Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace tessera::storage
