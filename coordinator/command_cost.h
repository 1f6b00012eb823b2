#pragma once

#include "coordinator/render_plan.h"
#include "worker/command.h"

namespace tessera::coordinator {

/// Predicted FLOP of one command, all ranks together: encode in BeginStage, one denoising step,
/// decode in EndStage; 0 for the others.
double command_flop(const RenderPlan& plan, const worker::Command& command);

/// Ranks that hold rows while the command runs, at least 1.
int working_ranks(const RenderPlan& plan, const worker::Command& command);

}  // namespace tessera::coordinator
