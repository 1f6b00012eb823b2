#pragma once

#include <functional>

#include "storage/checkpoint_data.h"

namespace tessera::worker {

/// The state of a stage between two steps, of the whole canvas: all that the steps from `step` on
/// depend on, besides the task. Independent of the number of ranks.
struct StageSnapshot {
  int item = 0;
  int stage = 0;
  int step = 0;                   ///< the next one; `steps` of the stage when all are done
  storage::CheckpointArray x;     ///< sampler latents, [1, 4, h, w]
  storage::CheckpointArray z_up;  ///< upscaled clean latents, [1, 4, h, w]; none at stage 0

  bool operator==(const StageSnapshot&) const = default;
};

/// Receives the snapshot that a Checkpoint command took, on rank 0.
using KeepSnapshot = std::function<void(StageSnapshot snapshot)>;

}  // namespace tessera::worker
