#pragma once

#include <string>
#include <vector>

#include "worker/model_outline.h"
#include "worker/render_task.h"

namespace tessera::configs {
struct JobConfig;
}

namespace tessera::coordinator {

/// \throws PlanError for a model that does not make what `kind` asks for, or for more steps than a
///         clip can have.
void check_kind(const configs::JobConfig& config, const worker::ModelOutline& model);

/// What a clip has besides its stages and its sampling.
worker::ClipPlan clip_plan_of(const configs::JobConfig& config);

/// Windows of another length than the network was trained on.
void warn_about_frames(const worker::RenderTask& task, const worker::ModelOutline& model,
                       std::vector<std::string>& warnings);

}  // namespace tessera::coordinator
