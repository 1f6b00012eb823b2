#pragma once

#include <span>

#include "coordinator/render_plan.h"
#include "partition/extent.h"
#include "worker/model_outline.h"

namespace tessera::configs {
struct JobConfig;
}

namespace tessera::coordinator {

/// Plans a render: stages, restart indices, dilation, crops, blur, strips, items with their seeds,
/// and what it costs (docs/algorithms.md, docs/distribution.md section "Planner rules").
///
/// Pure: every rank plans for itself from the same configuration and outline and the ranks compare
/// plan_hash(). `task.cpu_threads` and `task.study` are left at their defaults for the caller.
/// \param world_size  ranks of the job, >= 1. More than are useful idle, with a warning.
/// \param init_images  pixels of the initial image of each prompt, as rank 0 read them, empty where
///                     there is none; may be left out where no prompt has one. With strength 0
///                     stage 0 has this size instead of the first of `cascade.resolutions`.
/// \throws PlanError for a job that this network, mode or rank grid cannot render, or whose prompts
///         need different first stages.
RenderPlan plan_render(const configs::JobConfig& config, const worker::ModelOutline& model,
                       int world_size, std::span<const partition::Extent> init_images = {});

}  // namespace tessera::coordinator
