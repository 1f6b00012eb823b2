// The steps of a clip: FreeScale on strips, the same bits for any number of ranks.
#include "worker/clip_run.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>

#include "comm/solo_communicator.h"
#include "tests/support/run_ranks.h"
#include "tests/worker/spatial/strip_scene.h"
#include "tests/worker/tiny_clip.h"
#include "worker/clip_transition.h"
#include "worker/item_state.h"
#include "worker/spatial/stage_crops.h"

namespace tessera::testing {
namespace {

using worker::RenderTask;

const model::VideoModel& models() {
  static const model::VideoModel model = tiny_video_model();
  return model;
}

void expect_same_stages(const std::vector<SampledStage>& actual,
                        const std::vector<SampledStage>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t stage = 0; stage < expected.size(); ++stage) {
    const std::string name = "stage " + std::to_string(stage);
    expect_same_bits(actual[stage].start, expected[stage].start, name + ", start");
    ASSERT_EQ(actual[stage].after_step.size(), expected[stage].after_step.size());
    for (std::size_t step = 0; step < expected[stage].after_step.size(); ++step) {
      expect_same_bits(actual[stage].after_step[step], expected[stage].after_step[step],
                       name + ", its step " + std::to_string(step));
    }
  }
}

TEST(ClipRun, HasTheSameBitsOnEveryRankCount) {
  const auto alone = sample_clip(tiny_clip_task(1), models());
  EXPECT_TRUE(alone.back().after_step.back().isfinite().all().item<bool>());
  for (const int ranks : {2, 3, 5, 6}) {
    SCOPED_TRACE(std::to_string(ranks) + " ranks");
    expect_same_stages(sample_clip(tiny_clip_task(ranks), models()), alone);
  }
}

TEST(ClipRun, HasTheSameBitsOnEveryRankCountWithNoiseInEveryStepAndTwoPrompts) {
  const auto task_of = [](int ranks) {
    RenderTask task = tiny_clip_task(ranks);
    task.stages.resize(2);
    task.clip->eta = 1;
    task.items.front().second_prompt = "a green ball";
    return task;
  };
  const auto alone = sample_clip(task_of(1), models());
  for (const int ranks : {2, 3}) {
    SCOPED_TRACE(std::to_string(ranks) + " ranks");
    expect_same_stages(sample_clip(task_of(ranks), models()), alone);
  }
  RenderTask quiet = task_of(1);
  quiet.clip->eta = 0;
  EXPECT_FALSE(at::equal(sample_clip(quiet, models())[0].after_step[0], alone[0].after_step[0]));
  RenderTask one_prompt = task_of(1);
  one_prompt.items.front().second_prompt.reset();
  EXPECT_FALSE(
      at::equal(sample_clip(one_prompt, models())[0].after_step[0], alone[0].after_step[0]));
}

/// One rank's stage, whose steps can be looked at.
class OneStage : public ::testing::Test {
 protected:
  explicit OneStage(RenderTask task = tiny_clip_task(1)) : task_(std::move(task)) {
    task_.stages.resize(2);
  }

  /// Stage 1 above a stage 0 that left `below`.
  worker::StageStart start(const at::Tensor& below) {
    return worker::start_clip_above(task_.stages[1], task_.stages[0], below, groups_, clip_);
  }
  worker::ClipRun run(worker::StageStart from) {
    const auto observe = [this](const model::AttentionSite& site, const partition::CropGrid& grid,
                                const std::vector<partition::CropShift>& shifts) {
      crops_[site.path] = grid;
      ++draws_;
      EXPECT_EQ(static_cast<int>(shifts.size()), grid.count());
    };
    return {task_, task_.stages[1], groups_, models().unet, clip_, std::move(from), observe};
  }

  const c10::InferenceMode inference_;
  RenderTask task_;
  comm::SoloCommunicator world_;
  worker::StageGroups groups_{task_, world_};
  worker::ClipState clip_ =
      worker::begin_clip(task_, task_.items.front(), models(), worker::Predictions::Both);
  at::Tensor below_ = wave({4, 4, 8, 16}, 3, 1.0);
  std::map<std::string, partition::CropGrid> crops_;
  int draws_ = 0;
};

TEST_F(OneStage, FusesScalesInEverySpatialTransformer) {
  worker::ClipRun stage = run(start(below_));
  stage.step(1);
  const auto sites = models().unet.self_attentions(task_.stages[1].latent);
  EXPECT_EQ(sites.size(), 10U);  // 3 down, 1 in the middle, 6 up
  EXPECT_EQ(crops_.size(), sites.size());
  EXPECT_EQ(draws_, 2 * static_cast<int>(sites.size()));  // of both predictions
  for (const model::AttentionSite& site : sites) {
    EXPECT_EQ(crops_.at(site.path), worker::stage_crops(task_.stages[1], task_.base, site.map))
        << site.path;
  }
}

TEST_F(OneStage, DilatesUntilTheStepOfThePlan) {
  const worker::StageStart from = start(below_);
  const auto after_first_step = [&](int dilated_until) {
    task_.stages[1].dilated_until_step = dilated_until;
    worker::ClipRun stage = run(from);
    stage.step(1);
    return stage.latents();
  };
  const at::Tensor plain = after_first_step(0);
  expect_same_bits(after_first_step(1), plain, "step 1 of a stage that is dilated before it");
  EXPECT_GT(relative_difference(after_first_step(2), plain), 1e-4);
}

/// Runs the steps [first, end) of a stage that begins with step `first`.
class Blending : public OneStage {
 protected:
  at::Tensor after_steps(int first, int end, const worker::StageStart& from) {
    task_.stages[1].first_step = first;
    worker::ClipRun stage = run(from);
    for (int step = first; step < end; ++step) stage.step(step);
    return stage.latents();
  }
  at::Tensor renoised(const worker::StageStart& from, const model::ScaledLevel& level) const {
    return std::sqrt(level.alpha) * level.scale * from.z_up +
           std::sqrt(1 - level.alpha) * from.renoise;
  }
};

TEST_F(Blending, TakesAShareOfTheRenoisedLatentsFromTheSecondStepOn) {
  const worker::StageStart from = start(below_);
  const at::Tensor before = after_steps(0, 1, from);
  const double u = 0.5 * (1 + std::cos(std::numbers::pi * 666 / 1000));  // t = 334
  const double c = u * u;                                                // alpha = 2
  const at::Tensor blended = before * (1 - c) + renoised(from, clip_.schedule[1]) * c;
  EXPECT_GT(relative_difference(blended, before), 1e-2);
  const at::Tensor expected = after_steps(1, 2, {blended, from.z_up, from.renoise});
  EXPECT_LE(relative_difference(after_steps(0, 2, from), expected), 1e-5);
}

TEST_F(Blending, LeavesNothingElseWithACosineScaleOfZero) {
  task_.stages[1].cosine_scale = 0;
  const worker::StageStart from = start(below_);
  const at::Tensor expected =
      after_steps(1, 2, {renoised(from, clip_.schedule[1]), from.z_up, from.renoise});
  EXPECT_LE(relative_difference(after_steps(0, 2, from), expected), 1e-5);
}

// The predictions of both runs are equal: what differs is the noise and the share of eps, which
// gives eps and so the step without noise.
TEST_F(OneStage, AddsNoiseOfTheStepAtEtaOne) {
  task_.stages[1].first_step = 1;
  const worker::StageStart from = start(below_);
  worker::ClipRun quiet = run(from);
  quiet.step(1);
  const double eps_share = std::sqrt(1 - clip_.schedule[1].alpha_prev);
  task_.clip->eta = 1;
  clip_ = worker::begin_clip(task_, task_.items.front(), models(), worker::Predictions::Both);
  const model::ScaledLevel& level = clip_.schedule[1];
  worker::ClipRun noisy = run(from);
  noisy.step(1);
  const std::vector<int> frames{0, 1, 2, 3};
  const at::Tensor noise =
      clip_.random.clip_normals({worker::LatentNoise::SamplerStep, 1, 1}, frames, {0, 24}, 24, 32);
  const double smaller = std::sqrt(1 - level.alpha_prev - level.sigma * level.sigma);
  const at::Tensor eps =
      (quiet.latents() - noisy.latents() + noise * level.sigma) / (eps_share - smaller);
  const at::Tensor clean =
      (from.x - std::sqrt(1 - level.alpha) * eps) / std::sqrt(level.alpha) / level.scale;
  EXPECT_LE(
      relative_difference(std::sqrt(level.alpha_prev) * level.scale_prev * clean + eps_share * eps,
                          quiet.latents()),
      1e-3);
}

TEST_F(OneStage, ShowsTheLayersOfThePredictionWithThePrompt) {
  worker::ClipRun stage = run(start(below_));
  std::map<std::string, int> seen;
  const model::TensorTap tap = [&](const std::string& name, const at::Tensor&, model::TapLayout) {
    ++seen[name];
  };
  stage.step(1, &tap);
  EXPECT_EQ(seen["block.middle_block.out"], 1);
  EXPECT_EQ(seen["input_blocks.1.1.transformer_blocks.0.attn1.in"], 1);
}

// What is recorded of a step is gathered layer by layer, so every rank has to see the same ones.
TEST(ClipRun, ShowsTheSameLayersToBothGuidanceHalves) {
  const RenderTask task = tiny_clip_task(2);
  std::vector<std::vector<std::string>> seen(2);
  run_ranks(2, [&](comm::Communicator& world) {
    const c10::InferenceMode inference;
    const worker::StageGroups groups(task, world);
    const worker::ClipState clip = worker::begin_clip(task, task.items.front(), models(),
                                                      worker::predictions_of(task, world.rank()));
    worker::ClipRun run(task, task.stages[0], groups, models().unet, clip,
                        worker::start_clip(task.stages[0], groups, clip));
    auto& names = seen[static_cast<std::size_t>(world.rank())];
    const model::TensorTap tap = [&](const std::string& name, const at::Tensor&, model::TapLayout) {
      names.push_back(name);
    };
    run.step(0, &tap);
  });
  EXPECT_GT(seen[0].size(), 50U);
  EXPECT_EQ(seen[0], seen[1]);
}

}  // namespace
}  // namespace tessera::testing
