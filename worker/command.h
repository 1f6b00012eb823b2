#pragma once

#include <cstdint>

namespace tessera::worker {

/// What rank 0 broadcasts; every rank, rank 0 included, executes it and joins one exchange of
/// outcomes. Plans are never sent: a command refers to the RenderTask that all ranks computed.
enum class CommandKind : std::uint32_t {
  BeginItem,   ///< encode prompts, load the initial image
  BeginStage,  ///< build strips, run the stage transition
  Step,        ///< one denoising step
  Checkpoint,  ///< gather the state between two steps to rank 0; changes nothing
  EndStage,    ///< decode; rows flow to rank 0; the decoded strip is kept for the next stage
  EndItem,     ///< drop the item's state
  Idle,        ///< nothing; keeps deadlines from counting rank 0's thinking time
  Stop,        ///< leave the loop
};

struct Command {
  CommandKind kind = CommandKind::Idle;
  std::uint32_t serial = 0;  ///< 1, 2, 3, ... without a gap
  std::int32_t item = 0;
  std::int32_t stage = 0;
  std::int32_t step = 0;
  std::int32_t argument = 0;  ///< Stop: the exit code all ranks end with
};

}  // namespace tessera::worker
