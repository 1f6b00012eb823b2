#pragma once

#include "model/video/video_model_config.h"

namespace tessera::model {

/// Sizes of the tiny random model whose runs were recorded (tests/goldens/README.md).
inline VideoModelConfig video_fixture_config() {
  VideoModelConfig config;
  config.unet.widths = {32, 64, 32, 32};
  config.unet.transformer_depths = {1, 1, 1, 0};
  config.unet.head_width = 16;
  config.unet.context_width = 48;
  config.vae.widths = {32, 64, 32, 32};
  config.vae.resnets_per_level = 1;
  config.vae.scaling_factor = 0.18215;
  config.text.width = 48;
  config.text.mlp_width = 192;
  config.text.layers = 3;
  config.text.heads = 3;
  config.text.vocabulary_size = 2014;
  config.text.activation = TextActivation::Gelu;
  config.text.context = TextContext::FinalNorm;
  return config;
}

}  // namespace tessera::model
