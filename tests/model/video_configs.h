#pragma once

#include "model/video/video_model_config.h"

namespace tessera::model {

/// The sizes of VideoCrafter2, with the text blocks that run.
inline VideoModelConfig videocrafter2_config() {
  VideoModelConfig config;
  config.unet.widths = {320, 640, 1280, 1280};
  config.unet.transformer_depths = {1, 1, 1, 0};
  config.vae.widths = {128, 256, 512, 512};
  config.vae.scaling_factor = 0.18215;
  config.text = {.width = 1024,
                 .mlp_width = 4096,
                 .layers = 23,
                 .heads = 16,
                 .activation = TextActivation::Gelu};
  return config;
}

}  // namespace tessera::model
