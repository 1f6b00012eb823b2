// Traces of clips: their names, and that a trace replays to itself on any number of ranks.
#include "worker/clip_trace.h"

#include <gtest/gtest.h>

#include "storage/storage_error.h"
#include "tests/worker/clip_folder.h"
#include "tests/worker/run_cascade.h"
#include "tests/worker/scratch_file.h"

namespace tessera::testing {
namespace {

using worker::RenderTask;

/// Two stages with noise in every step; layers of the second step of the second one.
RenderTask traced_task(int ranks) {
  RenderTask task = tiny_clip_job(ranks);
  task.clip->eta = 1;
  task.study.layers_stage = 1;
  task.study.layers_step = 1;
  return task;
}

std::vector<std::int64_t> shape_of(const storage::SafetensorsFile& trace, const std::string& name) {
  const storage::TensorView* view = trace.find(name);
  EXPECT_NE(view, nullptr) << name;
  return view == nullptr ? std::vector<std::int64_t>() : view->shape;
}

TEST(ClipTrace, HoldsTheNamesAndShapesOfRecordedRuns) {
  using Shape = std::vector<std::int64_t>;
  const storage::SafetensorsFile trace = trace_of(traced_task(1));
  EXPECT_EQ(shape_of(trace, "initial"), (Shape{1, 4, 3, 8, 16}));
  EXPECT_EQ(shape_of(trace, "freenoise.x_T"), (Shape{1, 4, 4, 8, 16}));
  EXPECT_EQ(shape_of(trace, "freenoise.permutation"), (Shape{1, 1}));
  EXPECT_EQ(shape_of(trace, "freenoise.windows"), (Shape{2, 2}));
  EXPECT_EQ(shape_of(trace, "step02.latents"), (Shape{1, 4, 4, 8, 16}));
  EXPECT_EQ(shape_of(trace, "stage0.step02.latents"), (Shape{1, 4, 4, 8, 16}));
  EXPECT_EQ(shape_of(trace, "step02.noise"), (Shape{1, 4, 4, 8, 16}));
  EXPECT_EQ(shape_of(trace, "stage1.z_up"), (Shape{1, 4, 4, 24, 32}));
  EXPECT_EQ(shape_of(trace, "stage1.start"), (Shape{1, 4, 4, 24, 32}));
  EXPECT_EQ(shape_of(trace, "stage1.step02.latents"), (Shape{1, 4, 4, 24, 32}));
  EXPECT_EQ(shape_of(trace, "stage0.frame03.rgb"), (Shape{3, 64, 128}));
  EXPECT_EQ(shape_of(trace, "frame03.rgb"), (Shape{3, 192, 256}));
  EXPECT_EQ(shape_of(trace, "frame00.moments"), (Shape{1, 8, 24, 32}));
  EXPECT_EQ(shape_of(trace, "text.input_ids_uncond"), (Shape{1, 77}));
  EXPECT_EQ(shape_of(trace, "schedule.timesteps"), (Shape{3}));
  EXPECT_EQ(shape_of(trace, "stage1/unet.out_cond"), (Shape{1, 4, 4, 24, 32}));
  EXPECT_EQ(shape_of(trace, "stage1/step.pred_x0"), (Shape{1, 4, 4, 24, 32}));
  EXPECT_EQ(shape_of(trace, "stage1.jitter.middle_block.1.transformer_blocks.0").front(), 3);
}

TEST(ClipTrace, IsTheSameOnEveryRankCount) {
  const storage::SafetensorsFile alone = trace_of(traced_task(1));
  for (const int ranks : {2, 3}) {
    SCOPED_TRACE(std::to_string(ranks) + " ranks");
    expect_same_tensors(trace_of(traced_task(ranks)), alone);
  }
}

TEST(ClipTrace, ReplaysToItself) {
  const ScratchFile file("clip.safetensors");
  RenderTask task = traced_task(2);
  task.study.trace_file = file.path();
  run_cascade(task);
  const auto recorded = storage::SafetensorsFile::open(file.path());
  RenderTask replay = traced_task(3);
  replay.items.front().seed = 99;
  replay.study.replay_file = file.path();
  expect_same_tensors(trace_of(replay), recorded);
  replay.sampling.steps = 4;  // one step more than was recorded
  for (worker::StagePlan& stage : replay.stages) stage.steps = 4;
  EXPECT_THROW(run_cascade(replay), std::runtime_error);
}

}  // namespace
}  // namespace tessera::testing
