#pragma once

#include "coordinator/render_plan.h"
#include "worker/command.h"

namespace tessera::coordinator {

/// Predicted FLOP of one command, all ranks together: encode in BeginStage, one denoising step,
/// decode in EndStage; 0 for the others.
double command_flop(const RenderPlan& plan, const worker::Command& command);

/// Of the whole run from its first item and stage: every item runs the same stages, except for the
/// steps that an initial image leaves out.
double run_flop(const RenderPlan& plan);

/// Ranks that hold rows while the command runs, at least 1.
int working_ranks(const RenderPlan& plan, const worker::Command& command);

}  // namespace tessera::coordinator
