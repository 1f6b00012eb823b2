#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/video/video_model_config.h"

namespace tessera::model {

/// Sides of tensors by their names.
using TensorShapes = std::map<std::string, std::vector<std::int64_t>>;

/// Every tensor that a converted model of these sizes has, under its name in VideoCrafter's files
/// (`model.diffusion_model.`, `first_stage_model.`, `cond_stage_model.model.`), with its shape.
TensorShapes video_tensors(const VideoModelConfig& config);

/// True for what VideoCrafter's files hold besides: tables of the schedule that follow from its
/// numbers, and the parts of the text tower behind the last block that runs.
/// \param text_layers  blocks that run.
bool is_unused_video_tensor(const std::string& name, int text_layers);

}  // namespace tessera::model
