#pragma once

#include <string>
#include <vector>

#include "coordinator/stage_forecast.h"
#include "worker/render_task.h"

namespace tessera::coordinator {

/// Everything that is computed before work starts. The same on every rank, except
/// `task.cpu_threads`.
struct RenderPlan {
  worker::RenderTask task;
  std::vector<StageForecast> forecast;  ///< one per stage of the task
  std::vector<std::string> warnings;    ///< for the user, one sentence each; rank 0 shows them
  int useful_ranks = 1;  ///< ranks that hold rows at some stage; the rest idle throughout
};

}  // namespace tessera::coordinator
