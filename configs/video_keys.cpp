#include <limits>

#include "configs/key_sections.h"
#include "configs/value_codecs.h"

namespace tessera::configs {

std::vector<ConfigKey> video_keys() {
  using Picture = ConfigKey::Picture;
  constexpr int kMost = 100'000;  // frames; about a minute and a half of film per thousand
  return {
      make_key(
          "video.frames", integer(1, kMost), Picture::Changes,
          "Frames of a clip: up to video.window, or that and a multiple of video.window_stride.",
          [](auto& job) -> auto& { return job.video.frames; }),
      make_key(
          "video.fps", integer(1, 1000), Picture::Changes, "Frames per second of the files.",
          [](auto& job) -> auto& { return job.video.fps; }),
      make_key(
          "video.fps_condition", number(0, 1000), Picture::Changes,
          "Frames per second that the network is told, at every stage.",
          [](auto& job) -> auto& { return job.video.fps_condition; }),
      make_key(
          "video.window", integer(1, kMost), Picture::Changes,
          "Frames that attend to each other: as many as the network was trained on.",
          [](auto& job) -> auto& { return job.video.window; }),
      make_key(
          "video.window_stride", integer(1, kMost), Picture::Changes,
          "Frames from one such window to the next.",
          [](auto& job) -> auto& { return job.video.window_stride; }),
      make_key(
          "video.second_prompt", text("text", Emptiness::Allowed), Picture::Changes,
          "What a clip shows at its end: its frames go over from prompt to this one (FreeNoise).",
          [](auto& job) -> auto& { return job.video.second_prompt; }),
  };
}

}  // namespace tessera::configs
