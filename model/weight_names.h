#pragma once

#include <memory>

#include "model/weights.h"

namespace tessera::model {

/// Components of a single-file checkpoint in the names of its original program, read under the
/// names that this program uses. Each refers to `file`, which outlives it; messages name the file's
/// names.

/// `model.diffusion_model.`: the parts of residual blocks (norm1, conv1, time_emb_proj, norm2,
/// conv2, conv_shortcut) are renamed, module paths (`input_blocks.4.1`) stay.
std::unique_ptr<WeightSource> original_unet_names(WeightSource& file);

/// `first_stage_model.`, whose decoder counts levels from the image up and whose attention is made
/// of 1x1 convolutions. \param levels  of the autoencoder.
std::unique_ptr<WeightSource> original_vae_names(WeightSource& file, int levels);

/// `cond_stage_model.model.`: an OpenCLIP text tower, whose q, k and v are stacked.
std::unique_ptr<WeightSource> open_clip_names(WeightSource& file);

}  // namespace tessera::model
