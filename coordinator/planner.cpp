#include "coordinator/planner.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "configs/job_config.h"
#include "coordinator/cost_model.h"
#include "coordinator/plan_error.h"
#include "coordinator/stage_planner.h"
#include "partition/size_text.h"

namespace tessera::coordinator {
namespace {

using configs::JobConfig;
using partition::Extent;
using partition::size_text;

constexpr int kLargestTurboSide = 2048;  // pixels; README of the released program
constexpr int kLargestScale = 8;

/// The released program guides above 1 only.
double guidance_of(const JobConfig& config) {
  const double asked = config.sampling.guidance_scale;
  return config.method.mode == JobConfig::Mode::Official && asked > 0 && asked < 1 ? 1 : asked;
}

worker::SamplingPlan sampling_of(const JobConfig& config) {
  const JobConfig::Sampling& asked = config.sampling;
  worker::SamplingPlan plan;
  plan.sampler = asked.scheduler == JobConfig::Scheduler::EulerAncestral
                     ? worker::SamplerKind::EulerAncestral
                     : worker::SamplerKind::Euler;
  plan.spacing = asked.timestep_spacing == JobConfig::TimestepSpacing::Trailing
                     ? worker::TimestepSpacing::Trailing
                     : worker::TimestepSpacing::Leading;
  plan.steps = asked.steps;
  plan.guidance_scale = guidance_of(config);
  plan.guidance_rescale = asked.guidance_rescale;
  plan.state = asked.state == JobConfig::StateDtype::Fp16 ? worker::StateDtype::Fp16
                                                          : worker::StateDtype::Fp32;
  return plan;
}

partition::RankGrid grid_of(const JobConfig& config, const worker::SamplingPlan& sampling,
                            int world_size) {
  using partition::GuidanceSplit;
  GuidanceSplit split = GuidanceSplit::Auto;
  if (config.distributed.guidance_split != JobConfig::GuidanceSplit::Auto) {
    split = config.distributed.guidance_split == JobConfig::GuidanceSplit::On ? GuidanceSplit::On
                                                                              : GuidanceSplit::Off;
  }
  return partition::make_rank_grid(
      world_size, sampling.guided() ? partition::Guidance::On : partition::Guidance::Off, split);
}

worker::ModelFiles model_files(const JobConfig::Model& model) {
  return {model.path, model.variant, model.vae_path,
          model.tokenizer == JobConfig::Tokenizer::ClipBasic ? worker::TokenizerKind::ClipBasic
                                                             : worker::TokenizerKind::Clip};
}

/// Prompts x images_per_prompt; item k has seed + k.
std::vector<worker::ItemTask> items_of(const JobConfig& config) {
  if (config.seed < 0) {
    throw PlanError("seed is " + std::to_string(config.seed) +
                    ": a random seed has to be drawn before planning");
  }
  std::vector<worker::ItemTask> items;
  for (const std::string& prompt : config.prompts) {
    for (int image = 0; image < config.images_per_prompt; ++image) {
      worker::ItemTask item;
      item.index = static_cast<int>(items.size());
      item.prompt = prompt;
      item.negative_prompt = config.negative_prompt;
      item.seed = static_cast<std::uint64_t>(config.seed) + items.size();
      item.init_image = config.init.image;
      item.init_mask = config.init.mask;
      item.init_strength = config.init.strength;
      items.push_back(std::move(item));
    }
  }
  return items;
}

void check_strips(const JobConfig& config, const worker::RenderTask& task) {
  if (!config.distributed.strips) {
    return;
  }
  const int asked = *config.distributed.strips;
  if (asked > task.grid.ranks_per_half) {
    throw PlanError("distributed.strips is " + std::to_string(asked) + ", but " +
                    std::to_string(task.grid.world) + " ranks give " +
                    std::to_string(task.grid.ranks_per_half) +
                    " strips; start more ranks or ask for fewer strips");
  }
  const auto fewer = [](const worker::StagePlan& a, const worker::StagePlan& b) {
    return a.blocks.size() < b.blocks.size();
  };
  const auto tallest = std::max_element(task.stages.begin(), task.stages.end(), fewer);
  const int blocks = static_cast<int>(tallest->blocks.size());
  if (asked > blocks) {
    throw PlanError("stage " + std::to_string(tallest->stage) + " has " + std::to_string(blocks) +
                    " row blocks (" + std::to_string(tallest->image.rows) +
                    " px high), but distributed.strips is " + std::to_string(asked) +
                    "; use at most " + std::to_string(blocks));
  }
}

void warn_about_stages(const worker::RenderTask& task, std::vector<std::string>& warnings) {
  for (std::size_t s = 0; s < task.stages.size(); ++s) {
    const Extent image = task.stages[s].image;
    const std::string where = "stage " + std::to_string(s) + " (" + size_text(image) + ")";
    if (s > 0 && image.area() < task.stages[s - 1].image.area()) {
      warnings.push_back(where + " is smaller than the stage before it (" +
                         size_text(task.stages[s - 1].image) + ")");
    }
    if (image.rows > kLargestScale * task.base.rows ||
        image.cols > kLargestScale * task.base.cols) {
      warnings.push_back(where + " is more than 8 times the base size " + size_text(task.base) +
                         "; the method was not tried beyond");
    }
    const bool turbo = task.sampling.sampler == worker::SamplerKind::EulerAncestral;
    if (turbo && std::max(image.rows, image.cols) > kLargestTurboSide) {
      warnings.push_back(where +
                         " is above 2048: the euler_ancestral (Turbo) variant loses "
                         "quality there");
    }
  }
}

void warn_about_ranks(const RenderPlan& plan, std::vector<std::string>& warnings) {
  const int world = plan.task.grid.world;
  if (world > plan.useful_ranks) {
    warnings.push_back("of " + std::to_string(world) + " ranks only " +
                       std::to_string(plan.useful_ranks) +
                       " are useful for this canvas and guidance; the rest idle");
  }
}

void plan_settings(const JobConfig& config, const worker::ModelOutline& model, int world_size,
                   worker::RenderTask& task) {
  task.model = model_files(config.model);
  task.sampling = sampling_of(config);
  task.base = config.cascade.base.value_or(model.base_image());
  task.posterior = config.cascade.posterior == JobConfig::Posterior::Mean
                       ? worker::Posterior::Mean
                       : worker::Posterior::Sample;
  task.upscale_space = config.cascade.upscale_space == JobConfig::UpscaleSpace::Latent
                           ? worker::UpscaleSpace::Latent
                           : worker::UpscaleSpace::Image;
  if (const auto& free_u = config.method.freeu) {
    task.free_u = worker::FreeUPlan{free_u->b1, free_u->b2, free_u->s1, free_u->s2};
  }
  task.crop_batch_bytes = config.distributed.crop_batch_bytes.value_or(task.crop_batch_bytes);
  task.grid = grid_of(config, task.sampling, world_size);
}

/// An initial image of strength 0 is the result of stage 0, whatever its size.
bool replaces_stage_0(const JobConfig::Init& init) {
  return !init.image.empty() && init.strength == 0;
}

/// The sizes of the cascade; `direct` samples once, at the last of them.
std::vector<Extent> images_of(const JobConfig& config) {
  const std::vector<Extent>& sizes = config.cascade.resolutions;
  if (sizes.empty()) {
    throw PlanError("cascade.resolutions is empty: give at least one size");
  }
  return config.method.name == JobConfig::MethodName::Direct ? std::vector<Extent>{sizes.back()}
                                                             : sizes;
}

}  // namespace

RenderPlan plan_render(const JobConfig& config, const worker::ModelOutline& model, int world_size,
                       std::optional<Extent> init_image) {
  if (config.prompts.empty()) {
    throw PlanError("there is nothing to render: give a prompt (-p, prompt)");
  }
  RenderPlan plan;
  worker::RenderTask& task = plan.task;
  plan_settings(config, model, world_size, task);
  task.items = items_of(config);
  StageContext context{config, model, task.base, images_of(config), task.sampling, task.grid};
  task.conditioning_size = context.images.front();
  if (init_image && replaces_stage_0(config.init)) {
    context.images.front() = *init_image;
  }
  int strips = 1;
  for (int stage = 0; stage < static_cast<int>(context.images.size()); ++stage) {
    task.stages.push_back(plan_stage(context, stage));
    strips = std::max(strips, task.stages.back().strip_count);
  }
  check_strips(config, task);
  for (int stage = 0; stage < static_cast<int>(task.stages.size()); ++stage) {
    plan.forecast.push_back(forecast_stage(model, task, stage));
  }
  plan.useful_ranks = task.grid.halves * strips;
  warn_about_stages(task, plan.warnings);
  warn_about_ranks(plan, plan.warnings);
  return plan;
}

}  // namespace tessera::coordinator
