#pragma once

#include <string>
#include <vector>

#include "coordinator/render_plan.h"
#include "coordinator/run_report.h"

namespace tessera::launch {

/// What a finished run took, for people: one line per stage with its time and shares, one with the
/// peak memory per rank.
std::vector<std::string> summary_lines(const coordinator::RenderPlan& plan,
                                       const coordinator::RunReport& report);

/// Which steps a stage runs: "steps 0 to 49" or "no steps".
std::string steps_text(const worker::StagePlan& stage);

/// What a run would do, for --dry-run: one line per stage.
std::vector<std::string> plan_lines(const coordinator::RenderPlan& plan);

}  // namespace tessera::launch
