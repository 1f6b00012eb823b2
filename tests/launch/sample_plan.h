#pragma once

#include "coordinator/render_plan.h"
#include "tests/coordinator/sample_task.h"

namespace tessera::launch {

/// Stages of 4 and 2 to 4 steps, one item.
inline coordinator::RenderPlan sample_plan(int items = 1) {
  coordinator::RenderPlan plan;
  plan.task = coordinator::sample_task({{0, 4}, {2, 4}}, items);
  plan.forecast.resize(2);
  return plan;
}

}  // namespace tessera::launch
