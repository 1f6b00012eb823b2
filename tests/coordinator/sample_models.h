#pragma once

#include "worker/model_outline.h"

namespace tessera::coordinator {

using worker::sdxl_outline;

/// A narrow network of the same form: base 256.
inline worker::ModelOutline small_outline() {
  worker::ModelOutline model;
  model.unet_widths = {16, 32, 64};
  model.transformer_depths = {0, 1, 2};
  model.head_counts = {1, 2, 4};
  model.context_width = 80;
  model.sample_size = 32;
  model.vae_widths = {16, 16, 32, 32};
  model.vae_sample_size = 256;
  return model;
}

}  // namespace tessera::coordinator
