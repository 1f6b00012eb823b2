// The demo picture has the same bits on every rank count. Slow: about two minutes on two cores.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "partition/canonical_blocks.h"
#include "tests/worker/run_cascade.h"

namespace tessera::testing {
namespace {

constexpr int kSteps = 4;
constexpr int kRestart = 1;
constexpr int kGrainRows = 4;

/// Preset `demo` with few steps: paper mode, 256 -> 512 -> 1024.
worker::RenderTask demo_task(int ranks) {
  worker::RenderTask task;
  task.model.directory = std::string(TESSERA_SOURCE_DIR) + "/examples/demo_model";
  task.sampling.steps = kSteps;
  task.sampling.guidance_scale = 5;
  task.base = {256, 256};
  task.conditioning_size = task.base;
  task.cpu_threads = 1;
  task.grid =
      partition::make_rank_grid(ranks, partition::Guidance::On, partition::GuidanceSplit::Auto);
  for (int stage = 0; stage < 3; ++stage) {
    worker::StagePlan plan;
    const int factor = 1 << stage;
    plan.stage = stage;
    plan.image = {256 * factor, 256 * factor};
    plan.latent = {32 * factor, 32 * factor};
    plan.first_step = stage == 0 ? 0 : kRestart;
    plan.steps = kSteps;
    plan.blocks = partition::canonical_blocks(plan.latent.rows, kGrainRows);
    plan.strip_count = std::min(task.grid.ranks_per_half, static_cast<int>(plan.blocks.size()));
    plan.cosine_scale = 1;
    if (stage > 0) {
      plan.self_attention = worker::SelfAttention::ScaleFused;
      plan.blur_radius = stage == 1 ? 3 : 4;
      plan.dilation = {factor, factor};
      plan.dilated_until_step = 3;
    }
    task.stages.push_back(plan);
  }
  worker::ItemTask item;
  item.prompt = "a red hot-air balloon over green hills at sunset";
  item.seed = 1000;
  task.items = {item};
  return task;
}

TEST(DemoRankInvariance, EveryTracedTensorHasTheSameBitsOnEveryRankCount) {
  const storage::SafetensorsFile reference = trace_of(demo_task(1));
  for (const int ranks : {2, 3, 4, 5, 6, 8}) {
    SCOPED_TRACE(std::to_string(ranks) + " ranks");
    expect_same_tensors(trace_of(demo_task(ranks)), reference);
  }
}

}  // namespace
}  // namespace tessera::testing
