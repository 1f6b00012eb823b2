#pragma once

#include <vector>

#include "partition/extent.h"
#include "partition/rank_grid.h"
#include "worker/model_outline.h"
#include "worker/render_task.h"

namespace tessera::configs {
struct JobConfig;
}

namespace tessera::coordinator {

/// What the stages of a job have in common.
struct StageContext {
  const configs::JobConfig& config;
  const worker::ModelOutline& model;
  partition::Extent base;                 ///< pixels
  std::vector<partition::Extent> images;  ///< pixels, one per stage
  worker::SamplingPlan sampling;
  partition::RankGrid grid;
};

/// Plans one stage (docs/algorithms.md, sections "Notation and modes", "Dilated convolutions" and
/// "Scale-fused self-attention"). Stage 0 is an ordinary generation, or starts from
/// `init.image` at the step that `init.strength` gives.
/// \throws PlanError for a size that the network, or `official` mode, cannot compute.
worker::StagePlan plan_stage(const StageContext& context, int stage);

}  // namespace tessera::coordinator
