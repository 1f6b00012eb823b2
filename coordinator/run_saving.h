#pragma once

#include <functional>
#include <optional>
#include <string>

#include "configs/checkpoint_config.h"
#include "coordinator/cascade_state.h"
#include "coordinator/checkpointer.h"

namespace tessera::coordinator {

/// What a cascade needs to save its state and to stop on request.
struct RunSaving {
  Checkpointer* checkpointer = nullptr;  ///< outlives the cascade; null: the state is not saved
  configs::CheckpointConfig config = {};
  std::optional<CascadePosition> resumed_at = {};  ///< saved already
  int idle_starts = 0;  ///< starts in a row before this one that finished no step
  /// For the message: what made this rank ask to stop.
  std::function<std::string(int rank)> stop_reason = {};
};

}  // namespace tessera::coordinator
