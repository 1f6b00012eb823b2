#include "worker/clip_run.h"

#include <ATen/ATen.h>

#include <chrono>
#include <cmath>
#include <numeric>

#include "model/sampling/ddim_sampler.h"
#include "model/sampling/detail_blend.h"
#include "model/sampling/guidance.h"
#include "model/video/prompt_blend.h"

namespace tessera::worker {

using Clock = std::chrono::steady_clock;

ClipRun::ClipRun(const RenderTask& task, const StagePlan& plan, const StageGroups& groups,
                 const model::VideoUnet& unet, const ClipState& clip, StageStart start,
                 CropObserver observe_crops)
    : task_(&task),
      plan_(&plan),
      groups_(&groups),
      unet_(&unet),
      clip_(&clip),
      start_(std::move(start)),
      x_(start_.x),
      own_frames_(static_cast<std::size_t>(clip.frames())),
      spatial_(
          groups.strips(plan.stage),
          ScaleFusedAttention(groups.strips(plan.stage),
                              {plan, task.base, task.crop_batch_bytes, std::move(observe_crops)},
                              &clip.random)) {
  std::iota(own_frames_.begin(), own_frames_.end(), 0);
}

/// x <- (1 - c) x + c (sqrt(a) s z_up + sqrt(1 - a) n').
void ClipRun::blend(const model::ScaledLevel& level) {
  const at::Tensor z = model::renoise_scaled(start_.z_up, start_.renoise, level);
  x_ = model::blend_detail(x_, z, model::blend_weight(level.cosine_u, plan_->cosine_scale));
}

at::Tensor ClipRun::forward(int index, const std::vector<model::KeyValue>& cross,
                            const model::TensorTap* tap) {
  model::StepContext context;
  context.step = index;
  if (plan_->stage > 0 && index < plan_->dilated_until_step) context.dilation = plan_->dilation;
  context.cross = &cross;
  context.time_shifts = &clip_->time_shifts[static_cast<std::size_t>(index)];
  context.windows = &clip_->windows;
  context.tap = tap;
  context.tap_detail = model::TapDetail::EveryLayer;
  return unet_->forward(x_.contiguous(at::MemoryFormat::ChannelsLast), context, spatial_);
}

at::Tensor ClipRun::conditional(int index, const model::TensorTap* tap) {
  if (clip_->second_cross.empty()) return forward(index, clip_->cross, tap);
  const auto cross = model::two_prompt_cross(clip_->cross, clip_->second_cross,
                                             unet_->attentions_before_up(), index);
  return forward(index, cross, tap);
}

PredictionPair ClipRun::predictions(int index, const model::TensorTap* tap) {
  comm::Communicator* const pair = groups_->pair(plan_->stage);
  if (clip_->predictions == Predictions::Unconditional) {
    return exchange_predictions(*pair, forward(index, clip_->negative_cross, tap));
  }
  const at::Tensor with_prompt = conditional(index, tap);
  if (clip_->predictions == Predictions::Conditional) {
    return exchange_predictions(*pair, with_prompt);
  }
  return {forward(index, clip_->negative_cross, nullptr), with_prompt};
}

/// Whole: the same on every rank.
void ClipRun::show_inputs(const model::ScaledLevel& level, const model::TensorTap& tap) const {
  const auto show = [&](const char* name, const at::Tensor& value) {
    tap(name, value, model::TapLayout::Whole);
  };
  const double fps = task_->clip->fps_condition;
  show("unet.timestep", at::full({1}, level.timestep, at::kInt));
  show("unet.fps", at::full({1}, fps, std::floor(fps) == fps ? at::kInt : at::kFloat));
  show("block.time_embed.out", unet_->embed_time(level.timestep));
  show("block.fps_embedding.out", unet_->embed_fps(fps));
}

at::Tensor ClipRun::predict(int index, const model::TensorTap* tap) {
  const auto begin = Clock::now();
  if (tap != nullptr) show_inputs(clip_->schedule[static_cast<std::size_t>(index)], *tap);
  PredictionPair both;
  if (clip_->predictions == Predictions::ConditionalOnly) {
    both.conditional = conditional(index, tap);
  } else {
    both = predictions(index, tap);
  }
  if (tap != nullptr) {
    (*tap)("unet.out_cond", both.conditional, model::TapLayout::Clip);
    if (both.unconditional.defined()) {
      (*tap)("unet.out_uncond", both.unconditional, model::TapLayout::Clip);
    }
  }
  unet_seconds_ += std::chrono::duration<double>(Clock::now() - begin).count();
  if (!both.unconditional.defined()) return both.conditional;
  return model::guide(both.unconditional, both.conditional, task_->sampling.guidance_scale);
}

void ClipRun::advance(int index, const at::Tensor& eps, const model::TensorTap* tap) {
  const model::ScaledLevel& level = clip_->schedule[static_cast<std::size_t>(index)];
  if (level.sigma > 0) {
    noise_ = clip_->random.clip_normals({LatentNoise::SamplerStep, plan_->stage, index},
                                        own_frames_, groups_->strips(plan_->stage).own(),
                                        plan_->latent.rows, plan_->latent.cols);
  }
  const at::Tensor clean = model::predict_clean(x_, eps, level);
  if (tap != nullptr) (*tap)("step.pred_x0", clean, model::TapLayout::Clip);
  x_ = model::ddim_step(clean, eps, noise_, level);
}

void ClipRun::step(int index, const model::TensorTap* tap) {
  const bool blended = start_.z_up.defined() && index != plan_->first_step;
  if (blended) blend(clip_->schedule.at(static_cast<std::size_t>(index)));
  advance(index, predict(index, tap), tap);
}

}  // namespace tessera::worker
