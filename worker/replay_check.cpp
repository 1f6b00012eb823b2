#include "worker/replay_check.h"

#include <numeric>
#include <span>

#include "worker/spatial/stage_crops.h"

namespace tessera::worker {
namespace {

void check_noise(const RandomSource& random, const StagePlan& plan, LatentNoise what,
                 int step = 0) {
  random.normals({what, plan.stage, step}, {0, 0}, plan.latent.rows, plan.latent.cols);
}

void check_start(const RenderTask& task, const ItemTask& item, const RandomSource& random,
                 const StagePlan& plan) {
  const bool sampled = task.posterior == Posterior::Sample;
  if (plan.stage > 0) {
    if (sampled && task.upscale_space == UpscaleSpace::Image) {
      check_noise(random, plan, LatentNoise::Posterior);
    }
    check_noise(random, plan, LatentNoise::Renoise);
    return;
  }
  if (!item.starts_from_image()) {
    check_noise(random, plan, LatentNoise::Initial);
    return;
  }
  if (sampled) check_noise(random, plan, LatentNoise::ImagePosterior);
  if (item.init_strength > 0) check_noise(random, plan, LatentNoise::Renoise);
}

void check_crops(const RenderTask& task, const RandomSource& random, const StagePlan& plan,
                 const std::vector<model::AttentionSite>& sites, int step) {
  for (const model::AttentionSite& site : sites) {
    random.crop_shifts(stage_crops(plan, task.base, site.map), plan, step, site.layer, site.path);
  }
}

void check_steps(const RenderTask& task, const RandomSource& random, const StagePlan& plan,
                 const std::vector<model::AttentionSite>& sites) {
  for (int step = plan.first_step; step < plan.steps; ++step) {
    // The last step goes to sigma 0 and draws nothing.
    if (task.sampling.sampler == SamplerKind::EulerAncestral && step + 1 < plan.steps) {
      check_noise(random, plan, LatentNoise::SamplerStep, step);
    }
    if (plan.self_attention != SelfAttention::Plain) check_crops(task, random, plan, sites, step);
  }
}

}  // namespace

void check_replay(const RenderTask& task, const ItemTask& item, const RandomSource& random,
                  const model::Unet& unet) {
  for (const StagePlan& plan : task.stages) {
    check_start(task, item, random, plan);
    check_steps(task, random, plan, unet.self_attentions(plan.latent));
  }
}

void check_clip_replay(const RenderTask& task, const ClipState& clip,
                       const model::VideoUnet& unet) {
  std::vector<int> every_frame(static_cast<std::size_t>(clip.frames()));
  std::iota(every_frame.begin(), every_frame.end(), 0);
  for (const StagePlan& plan : task.stages) {
    const auto check = [&](LatentNoise what, std::span<const int> frames, int step = 0) {
      clip.random.clip_normals({what, plan.stage, step}, frames, {0, 0}, plan.latent.rows,
                               plan.latent.cols);
    };
    check(plan.stage == 0 ? LatentNoise::Initial : LatentNoise::Renoise, clip.noise_frames);
    for (int step = plan.first_step; step < plan.steps; ++step) {
      if (clip.schedule.at(static_cast<std::size_t>(step)).sigma > 0) {
        check(LatentNoise::SamplerStep, every_frame, step);
      }
      if (plan.self_attention == SelfAttention::Plain) continue;
      check_crops(task, clip.random, plan, unet.self_attentions(plan.latent), step);
    }
  }
  clip.random.frame_posterior(task.stages.back());
}

}  // namespace tessera::worker
