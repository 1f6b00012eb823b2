#include "coordinator/clip_planner.h"

#include "configs/job_config.h"
#include "coordinator/plan_error.h"

namespace tessera::coordinator {

using configs::JobConfig;

void check_kind(const JobConfig& config, const worker::ModelOutline& model) {
  const bool clip = config.kind == JobConfig::Kind::Video;
  if (clip != (model.temporal_length > 0)) {
    throw PlanError(clip ? "kind is video, but the model makes pictures"
                         : "kind is image, but the model makes clips: set kind to video");
  }
  const int most = model.train_steps / 2;
  if (clip && config.sampling.steps > most) {
    throw PlanError("sampling.steps is " + std::to_string(config.sampling.steps) +
                    ", but the timesteps of a clip are at least 2 of " +
                    std::to_string(model.train_steps) + " apart: use at most " +
                    std::to_string(most));
  }
}

worker::ClipPlan clip_plan_of(const JobConfig& config) {
  worker::ClipPlan clip;
  clip.frames = config.video.frames;
  clip.fps_condition = config.video.fps_condition;
  clip.eta = config.sampling.eta;
  clip.windows = {config.video.window, config.video.window_stride};
  clip.decoded = config.output.stages == JobConfig::Stages::Final ? worker::DecodedStages::Final
                                                                  : worker::DecodedStages::All;
  return clip;
}

void warn_about_frames(const worker::RenderTask& task, const worker::ModelOutline& model,
                       std::vector<std::string>& warnings) {
  if (!task.clip || task.clip->windows.window == model.temporal_length) return;
  warnings.push_back("video.window is " + std::to_string(task.clip->windows.window) +
                     " frames, but the network was trained on " +
                     std::to_string(model.temporal_length));
}

}  // namespace tessera::coordinator
