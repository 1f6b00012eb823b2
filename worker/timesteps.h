#pragma once

#include <vector>

#include "worker/model_outline.h"
#include "worker/render_task.h"

namespace tessera::worker {

/// Training timestep of every step of a run, falling (docs/algorithms.md, "Schedule and step").
/// \throws std::invalid_argument unless 1 <= sampling.steps <= model.train_steps.
std::vector<double> timesteps_of(const ModelOutline& model, const SamplingPlan& sampling);

/// The same of a clip, whose steps may be more than `steps` (docs/algorithms.md, "Clips").
/// \throws std::invalid_argument unless 1 <= steps <= model.train_steps / 2.
std::vector<double> clip_timesteps_of(const ModelOutline& model, int steps);

}  // namespace tessera::worker
