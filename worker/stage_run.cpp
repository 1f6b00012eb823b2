#include "worker/stage_run.h"

#include <ATen/ATen.h>

#include <chrono>
#include <cmath>
#include <cstdio>

#include "model/sampling/detail_blend.h"
#include "model/sampling/euler_sampler.h"
#include "model/sampling/guidance.h"
#include "model/sampling/renoise.h"
#include "worker/guidance_pair.h"
#include "worker/spatial/merged_statistics.h"

namespace tessera::worker {
namespace {

using Clock = std::chrono::steady_clock;

std::string step_name(int stage, int index) {
  char text[48];
  std::snprintf(text, sizeof text, "stage%d.step%02d", stage, index);
  return text;
}

/// Records the crops of every self-attention in a trace.
CropObserver crop_observer(TraceRecorder& trace, int stage) {
  if (!trace.active()) return {};
  return [&trace, stage](const model::AttentionSite& site, const partition::CropGrid& grid,
                         const std::vector<partition::CropShift>& shifts) {
    trace.crops(stage, site.path, grid, shifts);
  };
}

at::Tensor in_state_dtype(const RenderTask& task, const at::Tensor& x) {
  return x.defined() && task.sampling.state == StateDtype::Fp16 ? x.to(at::kHalf) : x;
}

}  // namespace

StageRun::StageRun(const RenderTask& task, const StagePlan& plan, const StageGroups& groups,
                   const ModelSet& models, const ItemState& item, TraceRecorder& trace, Start start)
    : task_(&task),
      plan_(&plan),
      groups_(&groups),
      models_(&models),
      item_(&item),
      trace_(&trace),
      start_(std::move(start)),
      spatial_(groups.strips(plan.stage),
               ScaleFusedAttention(
                   groups.strips(plan.stage),
                   {plan, task.base, task.crop_batch_bytes, crop_observer(trace, plan.stage)},
                   &item.random)) {
  start_.x = in_state_dtype(task, start_.x);
  start_.z_up = in_state_dtype(task, start_.z_up);
  start_.renoise = in_state_dtype(task, start_.renoise);
  x_ = start_.x;
  if (item.mask) {
    foreground_ = model::foreground_rows(item.mask->pixels, item.mask->extent, plan.latent,
                                         groups.strips(plan.stage).own());
  }
}

/// x <- (1 - c) x + c (z_up + sigma_i n'): the identity at the first step, where x is just that.
void StageRun::blend(int index) {
  if (!start_.z_up.defined() || index == plan_->first_step) return;
  const auto step = static_cast<std::size_t>(index);
  const double u = item_->schedule.cosine_u[step];
  const at::Tensor z = model::renoise(start_.z_up, start_.renoise, item_->schedule.sigmas[step]);
  if (foreground_.defined()) {
    x_ = model::blend_detail(
        x_, z, model::blend_weights(foreground_, u, plan_->cosine_scale, plan_->cosine_scale_bg));
  } else {
    x_ = model::blend_detail(x_, z, model::blend_weight(u, plan_->cosine_scale));
  }
}

model::StepContext StageRun::context(int index, const model::TensorTap* tap) const {
  model::StepContext context;
  context.step = index;
  if (plan_->stage > 0 && index < plan_->dilated_until_step) context.dilation = plan_->dilation;
  if (task_->free_u) {
    context.free_u = {task_->free_u->b1, task_->free_u->b2, task_->free_u->s1, task_->free_u->s2};
  }
  context.cross = &item_->cross;
  context.time_shifts = &item_->time_shifts[static_cast<std::size_t>(index)];
  context.tap = tap;
  return context;
}

at::Tensor StageRun::predict(int index, const model::TensorTap* tap) {
  const auto begin = Clock::now();
  const float sigma = item_->schedule.sigmas[static_cast<std::size_t>(index)];
  const std::int64_t batch = item_->cross.front().k_BKND.size(0);
  const at::Tensor scaled = model::scale_network_input(x_, sigma).to(at::kFloat);
  const at::Tensor sample =
      scaled.expand({batch, -1, -1, -1}).contiguous(at::MemoryFormat::ChannelsLast);
  const model::StepContext step = context(index, tap);
  if (tap != nullptr) {
    const double timestep = item_->schedule.timesteps[static_cast<std::size_t>(index)];
    step.show("step.blended", x_);
    step.show("unet.sample", sample);
    step.show("unet.timestep", at::full({1}, timestep, at::kFloat), model::TapLayout::Whole);
    step.show("block.time_embedding.out", models_->unet.embed_time(timestep),
              model::TapLayout::Whole);
    step.show("block.add_embedding.out", item_->added_BE, model::TapLayout::Whole);
  }
  const at::Tensor eps = models_->unet.forward(sample, step, spatial_);
  step.show("unet.out", eps);
  unet_seconds_ += std::chrono::duration<double>(Clock::now() - begin).count();
  return eps;
}

/// Both predictions of the rank's rows, joined by classifier-free guidance.
at::Tensor StageRun::guide(const at::Tensor& eps) {
  if (!task_->sampling.guided()) return eps;
  comm::Communicator* const pair = groups_->pair(plan_->stage);
  const auto [unconditional, conditional] =
      pair != nullptr ? exchange_predictions(*pair, eps)
                      : PredictionPair{eps.narrow(0, 0, 1), eps.narrow(0, 1, 1)};
  const at::Tensor guided =
      model::guide(unconditional, conditional, task_->sampling.guidance_scale);
  return task_->sampling.guidance_rescale > 0 ? rescale(guided, conditional) : guided;
}

at::Tensor StageRun::rescale(const at::Tensor& guided, const at::Tensor& conditional) const {
  // std over every non-batch dimension: one group over all channels, merged like a GroupNorm.
  const StripGroup& group = groups_->strips(plan_->stage);
  const auto spread = [&](const at::Tensor& eps) {
    const at::Tensor variance = merged_group_moments(group, eps, 1).select(2, 1);
    const double count = 4.0 * static_cast<double>(plan_->latent.area());
    return std::sqrt(variance.item<double>() * count / (count - 1));
  };
  return model::rescale_guided(guided, {spread(conditional), spread(guided)},
                               task_->sampling.guidance_rescale);
}

void StageRun::advance(int index, const at::Tensor& eps) {
  const auto step = static_cast<std::size_t>(index);
  const float from = item_->schedule.sigmas[step];
  const float to = item_->schedule.sigmas[step + 1];
  // The ancestral step to sigma 0 is the plain one: its noise counts 0 and is not drawn.
  if (task_->sampling.sampler == SamplerKind::Euler || to == 0) {
    x_ = model::euler_step(x_, eps, from, to);
    return;
  }
  const NoiseRequest request{LatentNoise::SamplerStep, plan_->stage, index};
  const at::Tensor noise = item_->random.normals(request, groups_->strips(plan_->stage).own(),
                                                 plan_->latent.rows, plan_->latent.cols);
  trace_->rows(noise_name(request), noise, plan_->stage, TraceRows::Strips);
  x_ = model::euler_ancestral_step(x_, eps, noise, from, to);
}

void StageRun::step(int index) {
  const bool captured = trace_->active() && task_->study.layers_stage == plan_->stage &&
                        task_->study.layers_step == index;
  blend(index);
  const model::TensorTap* tap = captured ? trace_->begin_layers() : nullptr;
  const at::Tensor eps = guide(predict(index, tap));
  if (tap != nullptr) (*tap)("step.eps_guided", eps, model::TapLayout::Map);
  if (captured) trace_->end_layers(plan_->stage);
  advance(index, eps);
  trace_->rows(step_name(plan_->stage, index) + ".latents", x_.to(at::kFloat), plan_->stage,
               TraceRows::Strips);
}

}  // namespace tessera::worker
