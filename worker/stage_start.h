#pragma once

#include <ATen/core/Tensor.h>

namespace tessera::worker {

/// What the cascade hands to a stage. Rows of the rank's strip, fp32 [1, 4, rows, W]; of a clip
/// [T, 4, rows, W]. All undefined on a rank without a strip.
struct StageStart {
  at::Tensor x;        ///< latents before the first step; for a stage without steps its result
  at::Tensor z_up;     ///< upscaled clean latents; undefined at stage 0
  at::Tensor renoise;  ///< n' of the stage; undefined at stage 0
};

}  // namespace tessera::worker
