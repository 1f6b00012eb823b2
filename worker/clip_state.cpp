#include "worker/clip_state.h"

#include <ATen/ATen.h>

#include <utility>

#include "model/video/prompt_blend.h"
#include "worker/trace_recorder.h"

namespace tessera::worker {
namespace {

/// The context of a prompt; adds what does not fit to `dropped`.
at::Tensor encode(const model::TextTower& tower, const std::string& prompt, std::string& dropped) {
  const model::TokenIds tokens = tower.tokenizer.encode(prompt);
  if (!dropped.empty() && !tokens.dropped.empty()) dropped += ' ';
  dropped += tokens.dropped;
  return model::encode_text(tower.weights, tokens.ids).context_1NC;
}

void project_prompts(const ItemTask& item, const model::VideoModel& models, ClipState& clip) {
  const model::VideoUnet& unet = models.unet;
  if (clip.predictions == Predictions::Both || clip.predictions == Predictions::Unconditional) {
    clip.negative_cross = unet.project_text(
        encode(models.text, item.negative_prompt.value_or(""), clip.dropped_negative));
  }
  if (clip.predictions == Predictions::Unconditional) return;
  const at::Tensor first_1NC = encode(models.text, item.prompt, clip.dropped_prompt);
  if (!item.second_prompt) {
    clip.cross = unet.project_text(first_1NC);
    return;
  }
  const at::Tensor second_1NC = encode(models.text, *item.second_prompt, clip.dropped_prompt);
  const std::vector<float> shares = model::second_prompt_shares(clip.frames());
  clip.cross = unet.project_text(model::blend_contexts(first_1NC, second_1NC, shares));
  clip.second_cross = unet.project_text(second_1NC);
}

}  // namespace

ClipState begin_clip(const RenderTask& task, const ItemTask& item, const model::VideoModel& models,
                     Predictions predictions) {
  const ClipPlan& plan = task.clip.value();
  ClipState clip(RandomSource(item.seed, task.study.replay_file, tensor_prefix(task, item)));
  clip.predictions = predictions;
  clip.schedule =
      model::make_scaled_schedule(models.config.schedule, task.sampling.steps, plan.eta);
  clip.windows = partition::frame_windows(plan.frames, plan.windows);
  clip.noise_frames = clip.random.frame_sources(plan.frames, plan.windows);
  const at::Tensor fps = models.unet.embed_fps(plan.fps_condition);
  for (const model::ScaledLevel& level : clip.schedule) {
    clip.time_shifts.push_back(
        models.unet.project_time(models.unet.embed_time(level.timestep) + fps));
  }
  project_prompts(item, models, clip);
  return clip;
}

}  // namespace tessera::worker
