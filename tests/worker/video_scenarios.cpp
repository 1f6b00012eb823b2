// A clip on strips of rows against one strip, bit for bit, for every number of ranks.
#include <ATen/ATen.h>

#include <array>
#include <vector>

#include "comm/solo_communicator.h"
#include "tests/model/tiny_video_unet.h"
#include "tests/worker/rank_scenario.h"
#include "tests/worker/spatial/strip_scene.h"
#include "worker/random_source.h"
#include "worker/spatial/row_exchange.h"

namespace tessera::testing {
namespace {

constexpr int kFrames = 6;
constexpr partition::Extent kLatent{32, 16};  // 8 blocks
constexpr partition::Extent kBase{128, 64};   // pixels: half of the canvas
constexpr std::int64_t kCropBytes = 64 << 20;

/// Frames of unequal brightness with a bright half: statistics of a frame are not those of the
/// clip.
at::Tensor clip() {
  at::Tensor x = wave({kFrames, 4, kLatent.rows, kLatent.cols}, 3, 0.7);
  x.add_(at::arange(kFrames, at::kFloat).view({-1, 1, 1, 1}) * 0.3);
  x.narrow(2, kLatent.rows / 2, kLatent.rows / 2).add_(1.0);
  return x.contiguous(at::MemoryFormat::ChannelsLast);
}

/// The network on this group's rows of the clip.
at::Tensor predict(const model::TinyVideoUnet& tiny, const StripScene& scene,
                   const worker::StripGroup& group, const worker::StagePlan& plan,
                   const model::StepContext& step) {
  const worker::RandomSource random(7, "");
  worker::StripSpatialOps ops(
      group, worker::ScaleFusedAttention(group, {plan, kBase, kCropBytes}, &random));
  const at::Tensor x = group.alone() ? clip() : scene.strip_of(clip());
  return tiny.unet.forward(x.contiguous(at::MemoryFormat::ChannelsLast), step, ops);
}

/// Rank 0 compares; one strip is computed once, not by every rank. \return its prediction there.
at::Tensor expect_one_result(comm::Communicator& world, const worker::StagePlan& plan,
                             const model::StepContext& step, const model::TinyVideoUnet& tiny) {
  const StripScene scene(world, kLatent);
  std::vector<partition::RowRange> wanted(scene.strips().owned.size());
  wanted.front() = {0, kLatent.rows};
  const at::Tensor joined = worker::redistribute_rows(
      *scene.strips().halos, predict(tiny, scene, scene.strips(), plan, step), scene.strips().owned,
      wanted);
  if (world.rank() > 0) return {};
  const at::Tensor whole = predict(tiny, scene, scene.whole(), plan, step);
  expect_same_bits(joined.contiguous(), whole.contiguous(), "predicted noise");
  return whole;
}

void a_clip_does_not_depend_on_the_strips(comm::Communicator& world) {
  const model::TinyVideoUnet tiny;
  expect_one_result(world, {}, tiny.step(), tiny);
}

void windows_do_not_depend_on_the_strips(comm::Communicator& world) {
  const model::TinyVideoUnet tiny;
  const auto windows = partition::frame_windows(kFrames, {4, 2});
  model::StepContext step = tiny.step();
  step.windows = &windows;
  expect_one_result(world, {}, step, tiny);
}

/// FreeScale at twice the base size: every spatial self-attention is fused, crops and jitter are
/// shared by the frames; the deepest level is dilated.
void scale_fusion_of_all_frames_does_not_depend_on_the_strips(comm::Communicator& world) {
  const model::TinyVideoUnet tiny;
  worker::StagePlan plan;
  plan.stage = 1;
  plan.latent = kLatent;
  plan.image = {kLatent.rows * 8, kLatent.cols * 8};
  plan.self_attention = worker::SelfAttention::ScaleFused;
  plan.blur_radius = 3;
  model::StepContext step = tiny.step();
  step.dilation = {2, 2};
  const at::Tensor fused = expect_one_result(world, plan, step, tiny);
  if (world.rank() > 0) return;
  comm::SoloCommunicator solo;
  const StripScene alone(solo, kLatent);
  EXPECT_FALSE(at::equal(predict(tiny, alone, alone.whole(), {}, step), fused));
}

constexpr std::array kVideoScenarios{
    RankScenario{"AClipDoesNotDependOnTheStrips", a_clip_does_not_depend_on_the_strips},
    RankScenario{"WindowsDoNotDependOnTheStrips", windows_do_not_depend_on_the_strips},
    RankScenario{"ScaleFusionOfAllFramesDoesNotDependOnTheStrips",
                 scale_fusion_of_all_frames_does_not_depend_on_the_strips},
};

}  // namespace

std::span<const RankScenario> video_scenarios() { return kVideoScenarios; }

}  // namespace tessera::testing
