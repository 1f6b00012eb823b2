#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "partition/extent.h"

namespace tessera::storage {

/// What a container says of its clip. Names as FFmpeg spells them, e.g. "h264", "yuv420p", "tv".
struct VideoFacts {
  std::string container;
  std::string codec;
  std::string pixel_format;
  std::string color_range;
  std::string color_space;
  std::string color_primaries;
  std::string color_transfer;
  partition::Extent image;
  std::int64_t frames = 0;  ///< packets of the stream, counted; nothing is decoded
  double frames_per_second = 0;
  std::string parameters;  ///< tag of that name, or ""
};

/// \throws MissingFileError; DataError naming the file with FFmpeg's text for one that is damaged,
///         no clip or, in a program built without FFmpeg, any.
VideoFacts read_video_facts(const std::filesystem::path& path);

/// Decodes all frames and hands each over as interleaved RGB, row-major, with 8 bits, valid during
/// the call. Samples of a lossless file are those that were written. Returns the number of frames.
/// \throws as read_video_facts().
std::int64_t read_video_frames(const std::filesystem::path& path,
                               const std::function<void(std::span<const std::uint8_t>)>& use);

}  // namespace tessera::storage
