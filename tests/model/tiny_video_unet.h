#pragma once

#include <utility>
#include <vector>

#include "model/video/video_unet.h"
#include "tests/model/synthetic_weights.h"

namespace tessera::model {

/// Three levels of VideoCrafter2's shape; the widths are multiples of its 32 norm groups.
inline VideoUnetConfig tiny_video_unet_config() {
  VideoUnetConfig config;
  config.widths = {32, 64, 32};
  config.transformer_depths = {1, 1, 0};
  config.head_width = 16;
  config.context_width = 24;
  config.resnets_per_level = 1;
  return config;
}

/// A network of synthetic weights, with a text context and embeddings projected for it.
struct TinyVideoUnet {
  explicit TinyVideoUnet(VideoUnetConfig config = tiny_video_unet_config())
      : unet(std::move(config), source),
        shifts(unet.project_time(unet.embed_time(601) + unet.embed_fps(28))),
        cross(unet.project_text(noise({1, 77, unet.config().context_width}, 101))) {}

  StepContext step() const {
    StepContext context;
    context.time_shifts = &shifts;
    context.cross = &cross;
    return context;
  }

  SyntheticWeights source;
  VideoUnet unet;
  std::vector<at::Tensor> shifts;
  std::vector<KeyValue> cross;
};

}  // namespace tessera::model
