#include "worker/stage_transition.h"

#include <ATen/ATen.h>

#include "model/sampling/renoise.h"
#include "worker/checkpoint_state.h"
#include "worker/row_upscale.h"
#include "worker/spatial/row_exchange.h"

namespace tessera::worker {

using partition::RowRange;

namespace {

std::string stage_name(int stage) { return "stage" + std::to_string(stage); }

RowRange own_rows(const std::vector<RowRange>& rows, const StageGroups& groups) {
  return rows[static_cast<std::size_t>(groups.rows().rank())];
}

}  // namespace

StageTransition::StageTransition(const RenderTask& task, const StageGroups& groups,
                                 const ModelSet& models, const ItemState& item,
                                 TraceRecorder& trace)
    : task_(&task),
      groups_(&groups),
      models_(&models),
      item_(&item),
      trace_(&trace),
      vae_(models, groups) {}

StageRun::Start StageTransition::first_stage(const StagePlan& plan) const {
  return item_->initial ? from_image(plan) : from_noise(plan);
}

StageRun::Start StageTransition::from_noise(const StagePlan& plan) const {
  const at::Tensor noise = strip_noise(plan, {LatentNoise::Initial, plan.stage});
  if (!noise.defined()) return {};
  return {noise * item_->schedule.init_noise_sigma, {}, {}};
}

StageRun::Start StageTransition::from_image(const StagePlan& plan) const {
  const RowRange rows = own_rows(image_rows(groups_->vae_rows(plan.stage)), *groups_);
  const at::Tensor image = item_->initial->rgb.narrow(2, rows.begin, rows.rows());
  const at::Tensor moments = vae_.encode(plan, image);
  trace_->rows("image.moments", moments, plan.stage, TraceRows::Vae);
  const at::Tensor z = sample(plan, moments, {LatentNoise::ImagePosterior, plan.stage});
  trace_->rows("image.z0", z, plan.stage, TraceRows::Vae);
  if (!item_->image_replaces_stage0()) {
    StageRun::Start start = renoised(plan, z);
    return {start.x, {}, {}};  // no detail blend at stage 0
  }
  return {to_strips(plan, z), {}, {}};
}

StageRun::Start StageTransition::next_stage(const StagePlan& plan, const StageResult& below) const {
  if (task_->upscale_space == UpscaleSpace::Latent) {
    const at::Tensor z = upscale(plan, below.latents, below.stage, 1);
    trace_->rows(stage_name(plan.stage) + ".z0", z, plan.stage, TraceRows::Vae);
    return renoised(plan, z);
  }
  const at::Tensor image = upscale(plan, below.image, below.stage, 8);
  const at::Tensor moments = vae_.encode(plan, image);
  const std::string name = stage_name(plan.stage);
  trace_->rows(name + ".rgb_decoded", below.image, below.stage, TraceRows::Vae);
  trace_->rows(name + ".rgb_upscaled", image, plan.stage, TraceRows::Vae);
  trace_->rows(name + ".moments", moments, plan.stage, TraceRows::Vae);
  const at::Tensor z = sample(plan, moments, {LatentNoise::Posterior, plan.stage});
  trace_->rows(name + ".z0", z, plan.stage, TraceRows::Vae);
  return renoised(plan, z);
}

/// Bicubic rows of the stage's autoencoder layout.
at::Tensor StageTransition::upscale(const StagePlan& plan, const at::Tensor& map, int source_stage,
                                    int pixels_per_latent) const {
  const auto spread = [&](const StagePlan& stage) {
    SpreadRows rows{{},
                    {stage.latent.rows * pixels_per_latent, stage.latent.cols * pixels_per_latent}};
    for (const RowRange latent_rows : groups_->vae_rows(stage.stage)) {
      rows.of_member.push_back(scale_up(latent_rows, pixels_per_latent));
    }
    return rows;
  };
  const StagePlan& below = task_->stages[static_cast<std::size_t>(source_stage)];
  return upscale_rows(groups_->rows(), map, spread(below), spread(plan));
}

at::Tensor StageTransition::sample(const StagePlan& plan, const at::Tensor& moments,
                                   const NoiseRequest& request) const {
  if (task_->posterior == Posterior::Mean) {
    return model::posterior_mean(moments, models_->vae.scaling_factor);
  }
  const RowRange rows = own_rows(groups_->vae_rows(plan.stage), *groups_);
  const at::Tensor noise = item_->random.normals(request, rows, plan.latent.rows, plan.latent.cols);
  trace_->rows(noise_name(request), noise, plan.stage, TraceRows::Vae);
  return model::sample_posterior(moments, noise, models_->vae.scaling_factor);
}

at::Tensor StageTransition::to_strips(const StagePlan& plan, const at::Tensor& vae_rows) const {
  const at::Tensor strip = redistribute_rows(
      groups_->rows(), vae_rows, groups_->vae_rows(plan.stage), groups_->strip_rows(plan.stage));
  return groups_->has_strip(plan.stage) ? strip.contiguous() : at::Tensor();
}

at::Tensor StageTransition::strip_noise(const StagePlan& plan, const NoiseRequest& request) const {
  at::Tensor noise;
  if (groups_->has_strip(plan.stage)) {
    noise = item_->random.normals(request, groups_->strips(plan.stage).own(), plan.latent.rows,
                                  plan.latent.cols);
  }
  trace_->rows(noise_name(request), noise, plan.stage, TraceRows::Strips);
  return noise;
}

StageRun::Start StageTransition::renoised(const StagePlan& plan, const at::Tensor& z_rows) const {
  const at::Tensor z_up = to_strips(plan, z_rows);
  const at::Tensor noise = strip_noise(plan, {LatentNoise::Renoise, plan.stage});
  if (!z_up.defined()) return {};
  const float sigma = item_->schedule.sigmas[static_cast<std::size_t>(plan.first_step)];
  return {model::renoise(z_up, noise, sigma), z_up, noise};
}

StageRun::Start StageTransition::restored(const StagePlan& plan,
                                          const StageSnapshot& snapshot) const {
  const at::Tensor noise = plan.stage > 0 && !snapshot.z_up.shape.empty()
                               ? strip_noise(plan, {LatentNoise::Renoise, plan.stage})
                               : at::Tensor();
  if (!groups_->has_strip(plan.stage)) return {};
  const RowRange rows = groups_->strips(plan.stage).own();
  const at::Tensor z_up = noise.defined() ? canvas_rows(snapshot.z_up, plan, rows) : at::Tensor();
  return {canvas_rows(snapshot.x, plan, rows), z_up, noise};
}

StageResult finish_stage(const StagePlan& plan, const StageGroups& groups, const CanvasVae& vae,
                         const at::Tensor& x, TraceRecorder& trace) {
  const std::string name = stage_name(plan.stage);
  trace.rows(name + ".final_latents", x, plan.stage, TraceRows::Strips);
  StageResult result;
  result.stage = plan.stage;
  const RowRange rows = own_rows(groups.vae_rows(plan.stage), groups);
  const RowRange strip = own_rows(groups.strip_rows(plan.stage), groups);
  // A strip of one block lies whole in the first half's autoencoder rows: the other half has none.
  result.latents = rows.empty() ? at::empty({1, 4, 0, plan.latent.cols}, at::kFloat)
                                : x.narrow(2, rows.begin - strip.begin, rows.rows()).contiguous();
  result.image = vae.decode(plan, result.latents);
  trace.rows(name + ".image", result.image, plan.stage, TraceRows::Vae);
  return result;
}

}  // namespace tessera::worker
