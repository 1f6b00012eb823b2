#pragma once

#include "partition/frame_windows.h"

namespace tessera::worker {

/// The stages whose frames are decoded; the next one starts from latents.
enum class DecodedStages { All, Final };

/// What a clip has besides the stages and the sampling of its task.
struct ClipPlan {
  int frames = 16;
  double fps_condition = 28;      ///< frames per second that the network is told, at every stage
  double eta = 0;                 ///< of DDIM; above 0 every step adds noise, the last one too
  partition::WindowRule windows;  ///< of temporal attention and of the noise (FreeNoise)
  DecodedStages decoded = DecodedStages::All;
};

}  // namespace tessera::worker
