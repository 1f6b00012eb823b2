#pragma once

#include <vector>

#include "model/unet/unet.h"
#include "tests/model/recording_ops.h"

namespace tessera::model {

/// A three-level network of SDXL's shape, 16 to 48 channels wide.
inline UnetConfig tiny_unet_config() {
  UnetConfig config;
  config.widths = {16, 32, 48};
  config.heads = {1, 2, 3};
  config.transformer_depths = {0, 1, 2};
  config.context_width = 24;
  config.time_ids_width = 8;
  config.added_width = 64;
  config.norm_groups = 8;
  config.sample_size = 16;
  return config;
}

/// A network of synthetic weights, with a text context and a time embedding projected for it.
struct TinyUnet {
  explicit TinyUnet(UnetConfig config = tiny_unet_config())
      : unet(std::move(config), source),
        shifts(unet.project_time(noise({2, unet.config().embedding_width()}, 100))),
        cross(unet.project_text(noise({2, 77, unet.config().context_width}, 101))) {}

  StepContext step() const {
    StepContext context;
    context.time_shifts = &shifts;
    context.cross = &cross;
    return context;
  }

  SyntheticWeights source;
  Unet unet;
  std::vector<at::Tensor> shifts;
  std::vector<KeyValue> cross;
};

}  // namespace tessera::model
