#pragma once

#include <string>
#include <vector>

#include "launch/item_selection.h"

namespace tessera::launch {

/// Options of `tessera render` that are no configuration keys.
struct RenderRequest {
  enum class Depth { Render, PlanOnly };
  /// Auto: goes on with what the run directory holds. Require: only if it holds something.
  enum class Resume { Auto, Never, Require };

  std::string copy_to;       ///< -o: copy of the final picture, or ""
  std::string from_picture;  ///< --from, or ""
  std::string replay_file;   ///< --replay, or ""
  std::string trace_file;    ///< --trace, or ""
  int trace_stage = -1;      ///< --trace-layers STAGE:STEP
  int trace_step = -1;
  ItemSelection selection;  ///< --items, --shard
  Resume resume = Resume::Auto;
  std::string checkpoint_file;  ///< --checkpoint: this one instead of the newest, or ""
  std::string resumed_run;      ///< the run directory of `tessera resume`, or ""
  Depth depth = Depth::Render;  ///< --dry-run: stop once everything is planned
};

}  // namespace tessera::launch
