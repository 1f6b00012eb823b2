#pragma once

#include "coordinator/render_plan.h"
#include "tests/coordinator/sample_task.h"

namespace tessera::coordinator {

/// A plan of sample_task() whose stage s costs 1000 (s + 1) FLOP per step, a tenth of it to begin
/// (s > 0) and a fifth to end.
inline RenderPlan sample_plan(const std::vector<SampleStage>& stages, int items) {
  RenderPlan plan;
  plan.task = sample_task(stages, items);
  for (std::size_t s = 0; s < stages.size(); ++s) {
    StageForecast forecast;
    forecast.steps = stages[s].steps - stages[s].first_step;
    forecast.step_flop = 1000.0 * static_cast<double>(s + 1);
    forecast.transition_flop = s > 0 ? forecast.step_flop / 10 : 0;
    forecast.decode_flop = forecast.step_flop / 5;
    plan.forecast.push_back(forecast);
  }
  return plan;
}

}  // namespace tessera::coordinator
