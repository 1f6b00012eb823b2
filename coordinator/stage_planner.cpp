#include "coordinator/stage_planner.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "configs/job_config.h"
#include "coordinator/plan_error.h"
#include "coordinator/restart_index.h"
#include "coordinator/strip_choice.h"
#include "partition/canonical_blocks.h"
#include "partition/size_text.h"
#include "partition/tile_grid.h"
#include "worker/timesteps.h"

namespace tessera::coordinator {
namespace {

using configs::JobConfig;
using partition::Extent;
using partition::size_text;
using worker::StagePlan;

constexpr int kLatentPixels = 8;      // image pixels per latent pixel
constexpr int kSizeGrain = 64;        // sides are multiples of this
constexpr int kLargestPaperBlur = 4;  // taps beyond sum to 3.0e-6
constexpr std::int64_t kLargestFullVae = std::int64_t{4096} * 4096;  // pixels, `vae.mode: auto`

bool official(const JobConfig& config) { return config.method.mode == JobConfig::Mode::Official; }

/// r rounded to nearest, ties up, at least 1.
int rounded_scale(int side, int base) {
  return std::max(1, static_cast<int>(std::floor(static_cast<double>(side) / base + 0.5)));
}

void check_size(const StageContext& context, int stage, Extent image) {
  const std::string where = "stage " + std::to_string(stage) + " is " + size_text(image) + ": ";
  if (image.rows < kSizeGrain || image.cols < kSizeGrain || image.rows % kSizeGrain != 0 ||
      image.cols % kSizeGrain != 0) {
    throw PlanError(where +
                    "both sides must be multiples of 64 pixels, at least 64 "
                    "(cascade.resolutions)");
  }
  const int pixels_per_grain = context.model.grain_rows() * kLatentPixels;
  if (image.rows % pixels_per_grain != 0 || image.cols % pixels_per_grain != 0) {
    throw PlanError(where + "this network has " + std::to_string(context.model.unet_widths.size()) +
                    " levels, so both sides must be multiples of " +
                    std::to_string(pixels_per_grain) +
                    " pixels (cascade.resolutions; init.image at stage 0)");
  }
}

void check_official(const StageContext& context, Extent image, int stage) {
  const JobConfig::Method& method = context.config.method;
  const std::string where = "stage " + std::to_string(stage) + " is " + size_text(image) + ": ";
  if (context.base.rows != context.base.cols) {
    throw PlanError("cascade.base is " + size_text(context.base) +
                    ": method.mode official needs a square base");
  }
  const std::string reason = partition::official_rejects(
      image, context.base.cols, method.dilation_base.value_or(context.base.cols),
      method.fast_mode ? partition::GlobalBranch::Interleaved : partition::GlobalBranch::Dense);
  if (!reason.empty()) {
    throw PlanError(where + reason + ". Take another size, or method.mode paper.");
  }
}

/// n_h, n_w of the released program, or the rounded scales of the paper.
Extent integer_scale(const StageContext& context, Extent image) {
  if (official(context.config)) {
    return {image.rows / context.base.rows, image.cols / context.base.cols};
  }
  return {rounded_scale(image.rows, context.base.rows),
          rounded_scale(image.cols, context.base.cols)};
}

Extent dilation_of(const StageContext& context, Extent image) {
  const JobConfig::Method& method = context.config.method;
  if (method.dilation_axes == JobConfig::DilationAxes::Width) {
    const int factor = std::max(1, image.cols / method.dilation_base.value_or(context.base.cols));
    return {factor, factor};
  }
  return {rounded_scale(image.rows, method.dilation_base.value_or(context.base.rows)),
          rounded_scale(image.cols, method.dilation_base.value_or(context.base.cols))};
}

int blur_radius_of(const StageContext& context, Extent image) {
  if (context.config.method.blur_radius) {
    return *context.config.method.blur_radius;
  }
  if (official(context.config)) {
    const Extent scale = integer_scale(context, image);
    return std::max(scale.rows, scale.cols) - 1;
  }
  const std::int64_t base = context.base.area();
  const auto areas = static_cast<int>((image.area() + base - 1) / base);
  return std::clamp(areas - 1, 1, kLargestPaperBlur);
}

bool larger_than_base(const StageContext& context, Extent image) {
  if (official(context.config)) {
    const Extent scale = integer_scale(context, image);
    return std::max(scale.rows, scale.cols) > 1;
  }
  return image.rows > context.base.rows || image.cols > context.base.cols;
}

bool is_clip(const StageContext& context) { return context.config.kind == JobConfig::Kind::Video; }

std::vector<double> timesteps_of(const StageContext& context) {
  return is_clip(context) ? worker::clip_timesteps_of(context.model, context.sampling.steps)
                          : worker::timesteps_of(context.model, context.sampling);
}

/// Of a clip they may be more than are asked for.
int steps_of(const StageContext& context) {
  return is_clip(context) ? static_cast<int>(timesteps_of(context).size()) : context.sampling.steps;
}

int restart_index(const StageContext& context) {
  const JobConfig::Cascade& cascade = context.config.cascade;
  return cascade.restart_fraction
             ? restart_at_fraction(steps_of(context), *cascade.restart_fraction)
             : restart_at_timestep(timesteps_of(context), cascade.restart_timestep);
}

/// Without an initial image 0. With one N - round(strength N): strength 0 runs no step (the image
/// replaces the stage), strength 1 runs all of them.
int first_step_of_stage_0(const JobConfig& config, int steps) {
  if (config.init.image.empty()) {
    return 0;
  }
  const int run = static_cast<int>(std::lround(config.init.strength * steps));
  return steps - std::clamp(run, 0, steps);
}

/// Steps i < tau N are dilated when tau is a share of the steps, steps i < tau when it is an index.
int dilated_until(double tau, int steps) {
  const double end = tau <= 1 ? tau * steps : tau;
  return std::min(steps, static_cast<int>(std::ceil(end - 1e-9)));
}

double of_stage(const std::vector<double>& values, int stage, const char* key,
                std::size_t stage_count) {
  if (values.size() == 1) {
    return values.front();
  }
  if (values.size() + 1 != stage_count) {
    throw PlanError(std::string(key) + " has " + std::to_string(values.size()) + " values for " +
                    std::to_string(stage_count - 1) +
                    " stages after the first: give one value, or one per such stage");
  }
  return values[static_cast<std::size_t>(stage) - 1];
}

void plan_fusion(const StageContext& context, StagePlan& plan) {
  const JobConfig::Method& method = context.config.method;
  plan.self_attention = worker::SelfAttention::ScaleFused;
  plan.crop_rule = official(context.config) ? worker::CropRule::Official : worker::CropRule::Paper;
  plan.border_tokens = method.border_tokens == JobConfig::BorderTokens::NullKeys
                           ? worker::BorderTokens::NullKeys
                           : worker::BorderTokens::Clip;
  plan.blur_axes = method.blur_axes == JobConfig::BlurAxes::HeightWidthChannel
                       ? worker::BlurAxes::HeightWidthChannel
                       : worker::BlurAxes::HeightWidth;
  plan.crop_jitter = method.crop_jitter;
  plan.blur_radius = blur_radius_of(context, plan.image);
  plan.blur_sigma = method.blur_sigma;
  const Extent phases = integer_scale(context, plan.image);
  if (method.fast_mode && phases.area() > 1) {
    plan.global_branch = partition::GlobalBranch::Interleaved;
    plan.phases = phases;
  }
}

void plan_upper_stage(const StageContext& context, StagePlan& plan) {
  const JobConfig& config = context.config;
  if (official(config)) {
    check_official(context, plan.image, plan.stage);
  }
  plan.first_step = restart_index(context);
  if (larger_than_base(context, plan.image)) {
    plan_fusion(context, plan);
  }
  plan.dilation = dilation_of(context, plan.image);
  plan.dilated_until_step =
      plan.dilation.area() > 1 ? dilated_until(config.method.dilate_tau, plan.steps) : 0;
  plan.cosine_scale = of_stage(config.cascade.cosine_scale, plan.stage, "cascade.cosine_scale",
                               context.images.size());
  plan.cosine_scale_bg = of_stage(config.cascade.cosine_scale_bg, plan.stage,
                                  "cascade.cosine_scale_bg", context.images.size());
}

/// `auto` looks at the canvas only, never at the ranks: whole canvas up to 4096x4096, tiles above;
/// `official` always tiles. One tile that covers the canvas is the whole canvas.
void plan_vae(const StageContext& context, StagePlan& plan) {
  using Mode = JobConfig::VaeMode;
  plan.vae_tile = context.config.vae.tile.value_or(context.model.vae_sample_size);
  if (is_clip(context)) return;  // frames are decoded whole
  const bool tile_by_default = official(context.config) || plan.image.area() > kLargestFullVae;
  const Mode mode = context.config.vae.mode;
  const bool tiled = mode == Mode::Tiled || (mode == Mode::Auto && tile_by_default);
  plan.vae_mode = tiled && partition::needs_tiles(plan.image, plan.vae_tile)
                      ? worker::VaeMode::Tiled
                      : worker::VaeMode::Full;
}

}  // namespace

StagePlan plan_stage(const StageContext& context, int stage) {
  StagePlan plan;
  plan.stage = stage;
  plan.image = context.images.at(static_cast<std::size_t>(stage));
  check_size(context, stage, plan.image);
  plan.latent = {plan.image.rows / kLatentPixels, plan.image.cols / kLatentPixels};
  plan.steps = steps_of(context);
  plan.blocks = partition::canonical_blocks(plan.latent.rows, context.model.grain_rows());
  plan.strip_count =
      choose_strips(plan.blocks, context.grid.ranks_per_half, context.config.distributed.strips);
  if (stage > 0) {
    plan_upper_stage(context, plan);
  } else {
    plan.first_step = first_step_of_stage_0(context.config, plan.steps);
  }
  plan_vae(context, plan);
  return plan;
}

}  // namespace tessera::coordinator
