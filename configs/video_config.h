#pragma once

#include <string>

namespace tessera::configs {

/// The keys `video.*`: what a clip has besides what it shares with pictures.
struct VideoConfig {
  int frames = 16;
  int fps = 10;               ///< of the files
  double fps_condition = 28;  ///< that the network is told
  int window = 16;            ///< frames that attend to each other
  int window_stride = 4;      ///< frames
  std::string second_prompt;  ///< to which every clip goes over; "": none
};

}  // namespace tessera::configs
