#pragma once

#include <string>

#include "worker/render_task.h"

namespace tessera::coordinator {

/// One stage of a sample task: its first step and one past its last.
struct SampleStage {
  int first_step = 0;
  int steps = 0;
};

/// A task with these stages, 64 x 64 pixels and twice as large at every further one, and `items`
/// items with seeds 100, 101, ...
inline worker::RenderTask sample_task(const std::vector<SampleStage>& stages, int items) {
  worker::RenderTask task;
  task.base = {64, 64};
  for (std::size_t s = 0; s < stages.size(); ++s) {
    worker::StagePlan plan;
    plan.stage = static_cast<int>(s);
    plan.latent = {8 << s, 8 << s};
    plan.image = {64 << s, 64 << s};
    plan.first_step = stages[s].first_step;
    plan.steps = stages[s].steps;
    task.stages.push_back(plan);
  }
  for (int index = 0; index < items; ++index) {
    worker::ItemTask item;
    item.index = index;
    item.prompt = "prompt " + std::to_string(index);
    item.seed = 100 + static_cast<std::uint64_t>(index);
    task.items.push_back(item);
  }
  return task;
}

}  // namespace tessera::coordinator
