#include "tests/worker/parity_case.h"

#include "partition/canonical_blocks.h"
#include "tests/worker/tiny_task.h"

namespace tessera::testing {
namespace {

constexpr int kBase = 256;
constexpr int kRestart = 2;
constexpr int kGrainRows = 4;

worker::StagePlan official_stage(const ParityCase& parity, int stage,
                                 const partition::RankGrid& grid) {
  worker::StagePlan plan;
  plan.stage = stage;
  plan.image = parity.resolutions[static_cast<std::size_t>(stage)];
  plan.latent = {plan.image.rows / 8, plan.image.cols / 8};
  plan.first_step = stage == 0 ? 0 : kRestart;
  plan.steps = parity.steps;
  plan.blocks = partition::canonical_blocks(plan.latent.rows, kGrainRows);
  plan.strip_count = std::min(grid.ranks_per_half, static_cast<int>(plan.blocks.size()));
  plan.vae_mode = worker::VaeMode::Tiled;
  plan.vae_tile = kBase;
  if (stage == 0) return plan;
  const int factor = plan.image.cols / kBase;
  plan.self_attention = worker::SelfAttention::ScaleFused;
  plan.crop_rule = worker::CropRule::Official;
  plan.border_tokens = worker::BorderTokens::NullKeys;
  plan.blur_axes = worker::BlurAxes::HeightWidthChannel;
  plan.blur_radius = factor - 1;
  plan.dilation = {factor, factor};
  plan.dilated_until_step = 5;
  plan.cosine_scale = 2.0;
  return plan;
}

}  // namespace

ParityCase case_2x() {
  return {"case_2x", {{256, 256}, {512, 512}}, 8, "a small red house by the sea, oil painting", 1,
          3};
}

ParityCase case_4x() {
  return {"case_4x",
          {{256, 256}, {512, 512}, {1024, 1024}},
          7,
          "macro photo of a green beetle on a leaf, 4k"};
}

worker::RenderTask official_task(const ParityCase& parity, int ranks,
                                 const std::string& trace_file) {
  const std::string goldens = std::string(TESSERA_SOURCE_DIR) + "/tests/goldens/";
  worker::RenderTask task;
  task.model.directory = parity_model_directory();
  task.model.tokenizer = worker::TokenizerKind::ClipBasic;
  task.sampling.steps = parity.steps;
  task.free_u = worker::FreeUPlan{};
  task.base = {kBase, kBase};
  task.conditioning_size = parity.resolutions.front();
  task.grid =
      partition::make_rank_grid(ranks, partition::Guidance::On, partition::GuidanceSplit::Auto);
  for (std::size_t stage = 0; stage < parity.resolutions.size(); ++stage) {
    task.stages.push_back(official_stage(parity, static_cast<int>(stage), task.grid));
  }
  worker::ItemTask item;
  item.prompt = parity.prompt;
  item.negative_prompt = "blurry, ugly, duplicate, poorly drawn, deformed, mosaic";
  task.items = {item};
  task.study.replay_file = goldens + "parity_cases/" + parity.name + "/inject.safetensors";
  task.study.trace_file = trace_file;
  task.study.layers_stage = parity.captured_stage;
  task.study.layers_step = parity.captured_step;
  return task;
}

}  // namespace tessera::testing
