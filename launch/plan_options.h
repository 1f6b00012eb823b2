#pragma once

#include "launch/plan_request.h"

namespace CLI {
class App;
}

namespace tessera::launch {

/// Adds the options of `tessera plan`, which fill `request`, beside those of the job.
void add_plan_options(CLI::App& command, PlanRequest& request);

}  // namespace tessera::launch
