#pragma once

#include <optional>

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
/// \param init_image  pixels of `init.image`, as rank 0 read them: with strength 0 stage 0 has this
///                    size instead of the first of `cascade.resolutions`.
/// \throws PlanError for a job that this network, mode or rank grid cannot render.
RenderPlan plan_render(const configs::JobConfig& config, const worker::ModelOutline& model,
                       int world_size, std::optional<partition::Extent> init_image = {});

}  // namespace tessera::coordinator
