#include "worker/clip_transition.h"

#include <ATen/ATen.h>

#include "model/sampling/ddim_sampler.h"
#include "worker/checkpoint_state.h"
#include "worker/row_upscale.h"

namespace tessera::worker {
namespace {

constexpr int kLatentChannels = 4;

at::Tensor strip_noise(LatentNoise what, const StagePlan& plan, const StageGroups& groups,
                       const ClipState& clip) {
  return clip.random.clip_normals({what, plan.stage}, clip.noise_frames,
                                  groups.strips(plan.stage).own(), plan.latent.rows,
                                  plan.latent.cols);
}

}  // namespace

StageStart start_clip(const StagePlan& plan, const StageGroups& groups, const ClipState& clip) {
  if (!groups.has_strip(plan.stage)) return {};
  return {strip_noise(LatentNoise::Initial, plan, groups, clip), {}, {}};
}

StageStart start_clip_above(const StagePlan& plan, const StagePlan& below,
                            const at::Tensor& latents, const StageGroups& groups,
                            const ClipState& clip) {
  // Both guidance halves hold the same latents: those of the first are the source.
  const SpreadRows source{groups.strip_rows_of_half(below.stage, 0), below.latent};
  const SpreadRows target{groups.strip_rows(plan.stage), plan.latent};
  const auto me = static_cast<std::size_t>(groups.rows().rank());
  const at::Tensor held =
      source.of_member[me].empty()
          ? at::empty({clip.frames(), kLatentChannels, 0, below.latent.cols}, at::kFloat)
          : latents;
  const at::Tensor z_up = upscale_rows(groups.rows(), held, source, target);
  if (!groups.has_strip(plan.stage)) return {};
  const at::Tensor noise = strip_noise(LatentNoise::Renoise, plan, groups, clip);
  const model::ScaledLevel& level = clip.schedule.at(static_cast<std::size_t>(plan.first_step));
  return {model::renoise_scaled(z_up, noise, level), z_up, noise};
}

StageStart restored_clip(const StagePlan& plan, const StageSnapshot& snapshot,
                         const StageGroups& groups, const ClipState& clip) {
  if (!groups.has_strip(plan.stage)) return {};
  const partition::RowRange rows = groups.strips(plan.stage).own();
  StageStart start;
  start.x = canvas_rows(snapshot.x, plan, rows, clip.frames());
  if (plan.stage > 0 && !snapshot.z_up.shape.empty()) {
    start.z_up = canvas_rows(snapshot.z_up, plan, rows, clip.frames());
    start.renoise = strip_noise(LatentNoise::Renoise, plan, groups, clip);
  }
  return start;
}

}  // namespace tessera::worker
