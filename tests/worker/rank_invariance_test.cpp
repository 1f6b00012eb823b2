// The rank count never changes the picture: paper mode on the CPU, bit for bit.

#include <gtest/gtest.h>

#include <utility>

#include "partition/canonical_blocks.h"
#include "storage/safetensors_file.h"
#include "tests/worker/parity_case.h"
#include "tests/worker/run_cascade.h"

namespace tessera::testing {
namespace {

using storage::SafetensorsFile;

/// Paper mode, 256 x 320 -> 512 x 832: odd, oblong, full-frame autoencoder, keyed noise and jitter.
worker::RenderTask paper_task(int ranks) {
  worker::RenderTask task = official_task(case_2x(), ranks, "");
  task.study.replay_file.clear();
  task.study.layers_stage = -1;
  task.model.tokenizer = worker::TokenizerKind::Clip;
  task.sampling.steps = 4;
  task.items[0].seed = 7;
  const std::vector<partition::Extent> sizes{{256, 320}, {512, 832}};
  task.conditioning_size = sizes[0];
  for (std::size_t stage = 0; stage < 2; ++stage) {
    worker::StagePlan& plan = task.stages[stage];
    plan.image = sizes[stage];
    plan.latent = {plan.image.rows / 8, plan.image.cols / 8};
    plan.steps = 4;
    plan.first_step = stage == 0 ? 0 : 1;
    plan.blocks = partition::canonical_blocks(plan.latent.rows, 4);
    plan.strip_count = std::min(task.grid.ranks_per_half, static_cast<int>(plan.blocks.size()));
    plan.vae_mode = worker::VaeMode::Full;
    plan.crop_rule = worker::CropRule::Paper;
    plan.border_tokens = worker::BorderTokens::Clip;
    plan.blur_axes = worker::BlurAxes::HeightWidth;
    plan.blur_radius = 3;
    plan.dilation = {2, 3};
    plan.dilated_until_step = 3;
  }
  return task;
}

TEST(RankInvariance, EveryTracedTensorHasTheSameBitsOnEveryRankCount) {
  const SafetensorsFile reference = trace_of(paper_task(1));
  for (const int ranks : {2, 3, 4, 5, 6, 7, 8}) {
    SCOPED_TRACE(std::to_string(ranks) + " ranks");
    expect_same_tensors(trace_of(paper_task(ranks)), reference);
  }
}

TEST(RankInvariance, NorDoTheThreadsOfARankChangeABit) {
  const SafetensorsFile reference = trace_of(paper_task(1));
  for (const auto& [ranks, threads] : {std::pair{1, 2}, {1, 3}, {3, 2}}) {
    SCOPED_TRACE(std::to_string(ranks) + " ranks of " + std::to_string(threads) + " threads");
    worker::RenderTask task = paper_task(ranks);
    task.cpu_threads = threads;
    expect_same_tensors(trace_of(task), reference);
  }
}

}  // namespace
}  // namespace tessera::testing
