#pragma once

#include "model/vae/vae_config.h"

namespace tessera::model {

/// An autoencoder of four narrow levels.
inline VaeConfig tiny_vae_config() {
  VaeConfig config;
  config.widths = {8, 16, 16, 24};
  config.norm_groups = 4;
  config.sample_size = 64;
  return config;
}

}  // namespace tessera::model
