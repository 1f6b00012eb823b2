#include "coordinator/planner.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "configs/job_config.h"
#include "configs/prompt_init.h"
#include "configs/value_codecs.h"
#include "coordinator/clip_planner.h"
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

worker::SamplingPlan sampling_of(const JobConfig& config, const worker::ModelOutline& model) {
  const JobConfig::Sampling& asked = config.sampling;
  worker::SamplingPlan plan;
  plan.sampler = asked.scheduler == JobConfig::Scheduler::EulerAncestral
                     ? worker::SamplerKind::EulerAncestral
                     : worker::SamplerKind::Euler;
  plan.spacing = asked.timestep_spacing == JobConfig::TimestepSpacing::Trailing
                     ? worker::TimestepSpacing::Trailing
                     : worker::TimestepSpacing::Leading;
  if (asked.steps > model.train_steps) {
    throw PlanError("sampling.steps is " + std::to_string(asked.steps) + ", but the model knows " +
                    std::to_string(model.train_steps) +
                    " timesteps (num_train_timesteps of its scheduler): use at most as many");
  }
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

/// Prompts x images_per_prompt; item k has seed + k, or its prompt's own seed + its number there.
std::vector<worker::ItemTask> items_of(const JobConfig& config) {
  if (config.seed < 0) {
    throw PlanError("seed is " + std::to_string(config.seed) +
                    ": a random seed has to be drawn before planning");
  }
  std::vector<worker::ItemTask> items;
  for (const configs::PromptConfig& prompt : config.prompts) {
    const JobConfig::Init init = configs::init_of(config, prompt);
    for (int image = 0; image < config.images_per_prompt; ++image) {
      worker::ItemTask item;
      item.index = static_cast<int>(items.size());
      item.prompt = prompt.text;
      item.negative_prompt = prompt.negative_prompt.value_or(config.negative_prompt);
      item.seed =
          static_cast<std::uint64_t>(prompt.seed ? *prompt.seed + image : config.seed + item.index);
      if (!config.video.second_prompt.empty()) item.second_prompt = config.video.second_prompt;
      item.init_image = init.image;
      item.init_mask = init.mask;
      item.init_strength = init.strength;
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
  task.sampling = sampling_of(config, model);
  const bool clip = config.kind == JobConfig::Kind::Video;
  if (clip) task.clip = clip_plan_of(config);
  // The scales of a clip count from its first size.
  task.base =
      config.cascade.base.value_or(clip ? config.cascade.resolutions.front() : model.base_image());
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

/// What the items of one prompt start from.
struct PromptStart {
  JobConfig::Init init;
  Extent image;  ///< pixels of init.image; empty without one
};

std::vector<PromptStart> starts_of(const JobConfig& config, std::span<const Extent> init_images) {
  std::vector<PromptStart> starts;
  for (std::size_t k = 0; k < config.prompts.size(); ++k) {
    starts.push_back({configs::init_of(config, config.prompts[k]),
                      k < init_images.size() ? init_images[k] : Extent{}});
  }
  return starts;
}

std::string start_text(const PromptStart& start) {
  if (start.init.image.empty()) {
    return "from noise";
  }
  return "from \"" + start.init.image + "\" (" + size_text(start.image) + ") at strength " +
         configs::number_text(start.init.strength);
}

/// An initial image of strength 0 is the result of stage 0, whatever its size.
worker::StagePlan first_stage(const StageContext& common, const PromptStart& start) {
  JobConfig job = common.config;
  job.init = start.init;
  StageContext context{job, common.model, common.base, common.images, common.sampling, common.grid};
  if (!start.init.image.empty() && start.init.strength == 0 && start.image.area() > 0) {
    context.images.front() = start.image;
  }
  return plan_stage(context, 0);
}

/// The items of a task share its stages.
void check_starts(const StageContext& context, const std::vector<PromptStart>& starts,
                  const worker::StagePlan& first) {
  for (std::size_t k = 1; k < starts.size(); ++k) {
    if (first_stage(context, starts[k]) == first) continue;
    throw PlanError(configs::prompt_name(k) + " starts " + start_text(starts[k]) + ", " +
                    configs::prompt_name(0) + " " + start_text(starts[0]) +
                    ": the first stage has one size and one number of steps in a run. Give all "
                    "prompts images of one size and one strength, or render these in a run of "
                    "their own.");
  }
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
                       std::span<const Extent> init_images) {
  if (config.prompts.empty()) {
    throw PlanError("there is nothing to render: give a prompt (-p, prompt)");
  }
  check_kind(config, model);
  const std::vector<Extent> images = images_of(config);
  RenderPlan plan;
  worker::RenderTask& task = plan.task;
  plan_settings(config, model, world_size, task);
  task.items = items_of(config);
  JobConfig job = config;
  job.prompts.clear();  // no stage depends on the texts, which may be many
  const StageContext context{job, model, task.base, images, task.sampling, task.grid};
  task.conditioning_size = context.images.front();
  const std::vector<PromptStart> starts = starts_of(config, init_images);
  task.stages.push_back(first_stage(context, starts.front()));
  check_starts(context, starts, task.stages.front());
  for (int stage = 1; stage < static_cast<int>(context.images.size()); ++stage) {
    task.stages.push_back(plan_stage(context, stage));
  }
  int strips = 1;
  for (const worker::StagePlan& stage : task.stages) strips = std::max(strips, stage.strip_count);
  check_strips(config, task);
  for (int stage = 0; stage < static_cast<int>(task.stages.size()); ++stage) {
    plan.forecast.push_back(forecast_stage(model, task, stage));
  }
  plan.useful_ranks = task.grid.halves * strips;
  warn_about_frames(task, model, plan.warnings);
  warn_about_stages(task, plan.warnings);
  warn_about_ranks(plan, plan.warnings);
  return plan;
}

}  // namespace tessera::coordinator
