#include "tests/worker/tiny_clip.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "partition/canonical_blocks.h"
#include "tests/model/synthetic_weights.h"
#include "tests/support/run_ranks.h"
#include "tests/worker/spatial/strip_scene.h"
#include "tests/worker/tiny_task.h"
#include "worker/clip_run.h"
#include "worker/clip_transition.h"
#include "worker/item_state.h"

namespace tessera::testing {
namespace {

constexpr int kGrainRows = 8;

/// Synthetic weights under the names of VideoCrafter's files, whose norms are known by their shape.
class OriginalWeights final : public model::WeightSource {
 public:
  at::Tensor require(const std::string& name, const std::vector<std::int64_t>& shape) override {
    const at::Tensor value = weights_.require(name, shape);
    const bool norm = shape.size() == 1 && name.ends_with(".weight");
    return norm && name.find("norm") == std::string::npos ? value + 1.0 : value;
  }
  bool has(const std::string& name) const override { return weights_.has(name); }

 private:
  model::SyntheticWeights weights_;
};

/// The rows of every rank, put together per guidance half.
class Canvases {
 public:
  Canvases(const worker::RenderTask& task, int stage)
      : halves_(static_cast<std::size_t>(task.grid.halves)),
        shape_{task.clip->frames, 4, task.stages[static_cast<std::size_t>(stage)].latent.rows,
               task.stages[static_cast<std::size_t>(stage)].latent.cols} {
    for (auto& canvas : halves_) canvas = at::full(shape_, NAN);
  }

  void put(int half, partition::RowRange rows, const at::Tensor& strip) {
    if (!strip.defined()) return;
    halves_[static_cast<std::size_t>(half)].narrow(2, rows.begin, rows.rows()).copy_(strip);
  }

  /// Undefined if no rank had rows of it.
  at::Tensor joined(const std::string& what) const {
    if (halves_[0].isnan().all().item<bool>()) return {};
    EXPECT_FALSE(halves_[0].isnan().any().item<bool>()) << what;
    if (halves_.size() == 2) expect_same_bits(halves_[1], halves_[0], what + ", second half");
    return halves_[0];
  }

 private:
  std::vector<at::Tensor> halves_;
  std::vector<std::int64_t> shape_;
};

/// What is collected of one stage: by name, over all ranks.
using StageCanvases = std::map<std::string, Canvases>;

std::string step_name(int step) { return "step " + std::to_string(step); }

std::vector<StageCanvases> empty_canvases(const worker::RenderTask& task) {
  std::vector<StageCanvases> stages;
  for (const worker::StagePlan& plan : task.stages) {
    StageCanvases canvases;
    for (const char* name : {"start", "z_up", "renoise"})
      canvases.emplace(name, Canvases(task, plan.stage));
    for (int step = plan.first_step; step < plan.steps; ++step) {
      canvases.emplace(step_name(step), Canvases(task, plan.stage));
    }
    stages.push_back(std::move(canvases));
  }
  return stages;
}

void sample_rank(const worker::RenderTask& task, const model::VideoModel& models,
                 comm::Communicator& world, std::vector<StageCanvases>& stages) {
  const worker::StageGroups groups(task, world);
  const worker::ClipState clip = worker::begin_clip(task, task.items.front(), models,
                                                    worker::predictions_of(task, world.rank()));
  at::Tensor below;
  for (const worker::StagePlan& plan : task.stages) {
    const auto index = static_cast<std::size_t>(plan.stage);
    worker::StageStart start =
        plan.stage == 0
            ? worker::start_clip(plan, groups, clip)
            : worker::start_clip_above(plan, task.stages[index - 1], below, groups, clip);
    below = at::Tensor();
    if (!groups.has_strip(plan.stage)) continue;
    const auto put = [&](const std::string& name, const at::Tensor& strip) {
      stages[index].at(name).put(groups.half(plan.stage), groups.strips(plan.stage).own(), strip);
    };
    put("start", start.x);
    put("z_up", start.z_up);
    put("renoise", start.renoise);
    worker::ClipRun run(task, plan, groups, models.unet, clip, std::move(start));
    for (int step = plan.first_step; step < plan.steps; ++step) {
      run.step(step);
      put(step_name(step), run.latents());
    }
    below = run.latents();
  }
}

}  // namespace

model::VideoModel tiny_video_model() {
  const std::string tokenizer = parity_model_directory() + "/tokenizer";
  model::VideoModelConfig config;
  config.unet.widths = {32, 32, 32, 32};
  config.unet.transformer_depths = {1, 1, 1, 0};
  config.unet.resnets_per_level = 1;
  config.unet.head_width = 16;
  config.unet.context_width = 24;
  config.vae.widths = {32, 32, 32, 32};
  config.vae.resnets_per_level = 1;
  config.vae.scaling_factor = 0.18215;
  config.text.width = 24;
  config.text.mlp_width = 48;
  config.text.layers = 2;
  config.text.heads = 3;
  config.text.activation = model::TextActivation::Gelu;
  config.text.context = model::TextContext::FinalNorm;
  config.text.vocabulary_size =
      model::ClipTokenizer::load(tokenizer, model::TokenizerKind::OpenClip).vocabulary_size();
  OriginalWeights weights;
  return model::make_video_model(config, weights, tokenizer);
}

void set_clip_sizes(worker::RenderTask& task, const std::vector<partition::Extent>& images) {
  task.stages.assign(images.size(), {});
  task.base = images.front();
  task.conditioning_size = images.front();
  for (std::size_t stage = 0; stage < images.size(); ++stage) {
    worker::StagePlan& plan = task.stages[stage];
    plan.stage = static_cast<int>(stage);
    plan.image = images[stage];
    plan.latent = {plan.image.rows / 8, plan.image.cols / 8};
    plan.blocks = partition::canonical_blocks(plan.latent.rows, kGrainRows);
    plan.strip_count = std::min(task.grid.ranks_per_half, static_cast<int>(plan.blocks.size()));
    plan.steps = task.sampling.steps;
    if (stage == 0) continue;
    plan.self_attention = worker::SelfAttention::ScaleFused;
    plan.blur_radius = 3;
    plan.dilation = {2, 2};
    plan.dilated_until_step = 1;
  }
}

worker::RenderTask tiny_clip_task(int ranks) {
  worker::RenderTask task;
  task.clip = worker::ClipPlan{4, 28, 0, {3, 1}};
  task.sampling.steps = 3;
  task.sampling.guidance_scale = 12;
  task.grid =
      partition::make_rank_grid(ranks, partition::Guidance::On, partition::GuidanceSplit::Auto);
  task.upscale_space = worker::UpscaleSpace::Latent;
  set_clip_sizes(task, {{64, 128}, {192, 256}, {320, 320}});
  worker::ItemTask item;
  item.prompt = "a red ball";
  item.seed = 7;
  task.items = {item};
  return task;
}

std::vector<SampledStage> sample_clip(const worker::RenderTask& task,
                                      const model::VideoModel& models) {
  std::vector<StageCanvases> stages = empty_canvases(task);
  run_ranks(task.grid.world, [&](comm::Communicator& world) {
    const c10::InferenceMode inference;
    at::set_num_threads(1);
    sample_rank(task, models, world, stages);
  });
  std::vector<SampledStage> sampled;
  for (const worker::StagePlan& plan : task.stages) {
    const StageCanvases& canvases = stages[static_cast<std::size_t>(plan.stage)];
    const auto joined = [&](const std::string& name) { return canvases.at(name).joined(name); };
    SampledStage stage{joined("start"), joined("z_up"), joined("renoise"), {}};
    for (int step = plan.first_step; step < plan.steps; ++step) {
      stage.after_step.push_back(joined(step_name(step)));
    }
    sampled.push_back(std::move(stage));
  }
  return sampled;
}

}  // namespace tessera::testing
