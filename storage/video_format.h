#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "partition/extent.h"

namespace tessera::storage {

/// Containers of clips (`output.formats`).
enum class VideoFormat {
  Mp4,  ///< H.264, yuv420p, BT.709 in limited range; even sides
  Mkv,  ///< FFV1, RGB: the samples of the frames, without loss
};

/// A clip that is to be written.
struct VideoForm {
  VideoFormat format = VideoFormat::Mp4;
  partition::Extent image;
  int frames_per_second = 10;
  int crf = 18;            ///< 0 (best) .. 51, `output.video_crf`; Mp4 alone
  std::string parameters;  ///< UTF-8 text of the container's tag of that name, or "": no tag
};

/// True if this program was built with FFmpeg's libraries (CMake: TESSERA_VIDEO).
bool video_is_built();

}  // namespace tessera::storage
