#pragma once

#include <cstdint>

#include "configs/checkpoint_config.h"

namespace tessera::coordinator {

/// What is known between two steps of a stage, when rank 0 asks whether to save the state.
struct CheckpointMoment {
  enum class Place { InStage, StageEnd };
  enum class Writer { Free, Busy };

  Place place = Place::InStage;
  Writer writer = Writer::Free;   ///< whether the last checkpoint is still being written
  double seconds_since_last = 0;  ///< since the last checkpoint, or the start
  int steps_since_last = 0;
  std::uint32_t requests = 0;  ///< worker::Request bits of all ranks
};

enum class CheckpointDecision { GoOn, Write, WriteAndStop };

/// Stage ends are always saved, requests always followed, both after waiting for a writer that is
/// busy. A periodic checkpoint that falls due while one is being written waits for its end, so a
/// slow disk never holds the steps up.
CheckpointDecision decide_checkpoint(const configs::CheckpointConfig& config,
                                     const CheckpointMoment& moment);

}  // namespace tessera::coordinator
