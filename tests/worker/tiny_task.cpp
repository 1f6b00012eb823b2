#include "tests/worker/tiny_task.h"

#include <algorithm>

#include "partition/canonical_blocks.h"
#include "tests/storage/written_png.h"

namespace tessera::testing {
namespace {

constexpr int kTinyGrainRows = 4;

}  // namespace

std::string parity_model_directory() {
  return std::string(TESSERA_SOURCE_DIR) + "/tests/goldens/parity_model";
}

void set_sizes(worker::RenderTask& task, const std::vector<partition::Extent>& images) {
  task.stages.resize(images.size());
  task.conditioning_size = images.front();
  for (std::size_t stage = 0; stage < images.size(); ++stage) {
    worker::StagePlan& plan = task.stages[stage];
    plan.stage = static_cast<int>(stage);
    plan.image = images[stage];
    plan.latent = {plan.image.rows / 8, plan.image.cols / 8};
    plan.blocks = partition::canonical_blocks(plan.latent.rows, kTinyGrainRows);
    plan.strip_count = std::min(task.grid.ranks_per_half, static_cast<int>(plan.blocks.size()));
    plan.steps = task.sampling.steps;
    plan.first_step = stage == 0 ? 0 : 1;
    if (stage == 0) continue;
    plan.self_attention = worker::SelfAttention::ScaleFused;
    plan.blur_radius = 3;
    plan.dilation = {2, 2};
    plan.dilated_until_step = 2;
  }
}

void start_from_ramp(worker::RenderTask& task, const std::string& png, double strength) {
  constexpr int kSide = 128;
  std::vector<float> pixels;
  for (int k = 0; k < kSide * kSide * 3; ++k) {
    pixels.push_back(static_cast<float>(k % 384) / 384.0F);
  }
  storage::write_png(png, {kSide, kSide}, pixels);
  task.items[0].init_image = png;
  task.items[0].init_strength = strength;
  task.stages[0].first_step = strength == 0 ? task.stages[0].steps : 1;
}

worker::RenderTask tiny_task(int ranks) {
  worker::RenderTask task;
  task.model.directory = parity_model_directory();
  task.sampling.steps = 2;
  task.free_u = worker::FreeUPlan{};
  task.base = {128, 128};
  task.grid =
      partition::make_rank_grid(ranks, partition::Guidance::On, partition::GuidanceSplit::Auto);
  set_sizes(task, {{128, 128}, {256, 256}});
  worker::ItemTask item;
  item.prompt = "a red ball";
  item.seed = 7;
  task.items = {item};
  return task;
}

}  // namespace tessera::testing
