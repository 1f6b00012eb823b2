// How the stages of a clip begin.
#include "worker/clip_transition.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/worker/spatial/strip_scene.h"
#include "tests/worker/tiny_clip.h"

namespace tessera::testing {
namespace {

std::vector<SampledStage> sampled(const worker::RenderTask& task) {
  static const model::VideoModel models = tiny_video_model();
  return sample_clip(task, models);
}

TEST(ClipTransition, BeginsWithKeyedNoiseInTheOrderOfTheFrames) {
  worker::RenderTask task = tiny_clip_task(1);
  task.clip->frames = 6;
  task.clip->windows = {3, 1};
  set_clip_sizes(task, {{64, 128}});
  task.stages[0].first_step = task.stages[0].steps;
  const at::Tensor x = sampled(task)[0].start;
  const worker::RandomSource random(7, "");
  const std::vector<int> sources = random.frame_sources(6, {3, 1});
  const std::vector<int> first{0, 1, 2};
  const at::Tensor drawn =
      random.clip_normals({worker::LatentNoise::Initial, 0}, first, {0, 8}, 8, 16);
  for (int frame = 0; frame < 6; ++frame) {
    expect_same_bits(x[frame], drawn[sources[static_cast<std::size_t>(frame)]],
                     "frame " + std::to_string(frame));
  }
}

TEST(ClipTransition, RenoisesTheUpscaledLatentsOfTheStageBelow) {
  worker::RenderTask task = tiny_clip_task(1);
  task.stages.resize(2);
  task.stages[1].first_step = 1;
  task.stages[1].steps = 2;
  const auto stages = sampled(task);
  const at::Tensor below = stages[0].after_step.back();
  const at::Tensor z_up = at::upsample_bicubic2d(below, {24, 32}, /*align_corners=*/false);
  EXPECT_LE(relative_difference(stages[1].z_up, z_up), 1e-6);
  // Three steps: timesteps 667, 334, 1. The second begins the stage.
  const model::ScaledLevel level = model::make_scaled_schedule({}, 3, 0)[1];
  EXPECT_EQ(level.timestep, 334);
  const at::Tensor x = std::sqrt(level.alpha) * level.scale * stages[1].z_up +
                       std::sqrt(1 - level.alpha) * stages[1].renoise;
  EXPECT_LE(relative_difference(stages[1].start, x), 1e-6);
  EXPECT_FALSE(stages[0].z_up.defined());
}

TEST(ClipTransition, DrawsNoiseOfItsOwnForEveryStage) {
  worker::RenderTask task = tiny_clip_task(1);
  set_clip_sizes(task, {{64, 128}, {64, 128}, {64, 128}});
  for (worker::StagePlan& plan : task.stages) plan.first_step = 2;
  const auto stages = sampled(task);
  EXPECT_FALSE(at::equal(stages[1].renoise, stages[0].start));
  EXPECT_FALSE(at::equal(stages[1].renoise, stages[2].renoise));
}

}  // namespace
}  // namespace tessera::testing
