#pragma once

#include <ATen/core/Tensor.h>

#include "model/vae/vae_decoder.h"
#include "model/vae/vae_encoder.h"
#include "worker/spatial/strip_group.h"
#include "worker/stage_plan.h"

namespace tessera::worker {

/// Full-frame autoencoder over strips with halos: no tile, no seam. All members of the group call
/// both in the same order. Per call: one halo exchange per 3x3 convolution, one gather of block
/// moments per norm, one gather of keys and values in the middle.
/// \param latents  the member's latent rows / scaling factor, [1, 4, rows, W].
/// \return the member's image rows, RGB around [-1, 1], not clamped.
at::Tensor decode_strip(const model::VaeDecoder& decoder, const StripGroup& group,
                        const at::Tensor& latents);

/// \param image  the member's image rows, [1, 3, 8 rows, 8 W].
/// \return posterior moments (mean, logvar), [1, 8, rows, W].
at::Tensor encode_strip(const model::VaeEncoder& encoder, const StripGroup& group,
                        const at::Tensor& image);

}  // namespace tessera::worker
