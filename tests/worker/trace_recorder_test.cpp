// What a trace holds, and that it can be replayed.
#include "worker/trace_recorder.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>

#include "comm/solo_communicator.h"
#include "tests/support/run_ranks.h"
#include "tests/worker/run_cascade.h"
#include "tests/worker/scratch_file.h"
#include "tests/worker/spatial/strip_scene.h"
#include "tests/worker/tiny_task.h"

namespace tessera::testing {
namespace {

using storage::SafetensorsFile;
using storage::TensorView;

const std::string kBlock = "mid_block.attentions.0.transformer_blocks.1";

std::vector<std::int64_t> shape_of(const SafetensorsFile& file, const std::string& name) {
  const TensorView* view = file.find(name);
  EXPECT_NE(view, nullptr) << name;
  return view == nullptr ? std::vector<std::int64_t>{} : view->shape;
}

TEST(TraceRecorder, DoesNothingWithoutAFile) {
  comm::SoloCommunicator world;
  const worker::RenderTask task = tiny_task(1);
  const worker::StageGroups groups(task, world);
  worker::TraceRecorder trace("", task, groups);
  trace.whole("x", at::ones({2}));
  EXPECT_FALSE(trace.active());
  EXPECT_NO_THROW(trace.write());
}

class TraceRecorderOnThreads : public ::testing::TestWithParam<int> {};

TEST_P(TraceRecorderOnThreads, GathersRowsOfBothLayoutsOnRankZero) {
  const ScratchFile file("trace.safetensors");
  const worker::RenderTask task = tiny_task(GetParam());
  const at::Tensor map = wave({1, 4, 32, 32}, 1, 1.0);
  run_ranks(GetParam(), [&](comm::Communicator& world) {
    const worker::StageGroups groups(task, world);
    worker::TraceRecorder trace(file.path(), task, groups);
    trace.begin_item(task.items[0]);
    const auto own = static_cast<std::size_t>(world.rank());
    const partition::RowRange strip = groups.strip_rows(1)[own];
    trace.rows("strips",
               groups.has_strip(1) ? map.narrow(2, strip.begin, strip.rows()) : at::Tensor(), 1,
               worker::TraceRows::Strips);
    const partition::RowRange rows = groups.vae_rows(1)[own];
    trace.rows("vae", map.narrow(2, rows.begin, rows.rows()), 1, worker::TraceRows::Vae);
    trace.whole("whole", map);
    trace.write();
  });
  const SafetensorsFile written = SafetensorsFile::open(file.path());
  ASSERT_EQ(written.tensors().size(), 3u);
  for (const auto& [name, view] : written.tensors()) {
    auto* const bytes = const_cast<std::byte*>(view.bytes.data());
    expect_same_bits(at::from_blob(bytes, view.shape, at::TensorOptions(at::kFloat)), map, name);
  }
}

// Every layout of a clip's layers, on the map of a level: 3 frames, 5 channels.
TEST_P(TraceRecorderOnThreads, GathersTheLayersOfAClip) {
  const ScratchFile file("trace.safetensors");
  const worker::RenderTask task = tiny_task(GetParam());
  const at::Tensor map = wave({3, 5, 16, 16}, 2, 1.0);  // stage 1 at half its latent size
  const at::Tensor by_pixel = map.permute({2, 3, 0, 1}).flatten(0, 1);  // [pixels, T, C]
  run_ranks(GetParam(), [&](comm::Communicator& world) {
    const worker::StageGroups groups(task, world);
    worker::TraceRecorder trace(file.path(), task, groups);
    if (groups.has_strip(1)) {
      const partition::RowRange rows = scale_down(groups.strips(1).own(), 2);
      const model::TensorTap& tap = *trace.begin_layers(model::TapDetail::EveryLayer);
      const at::Tensor own = map.narrow(2, rows.begin, rows.rows());
      const at::Tensor pixels = by_pixel.narrow(0, rows.begin * 16, rows.rows() * 16);
      tap("map", own, model::TapLayout::Map);
      tap("clip", own, model::TapLayout::Clip);
      tap("tokens", own.permute({0, 2, 3, 1}).flatten(1, 2), model::TapLayout::Tokens);
      tap("pixels", pixels, model::TapLayout::Pixels);
      tap("tokens_of_frames", pixels.unsqueeze(0), model::TapLayout::Tokens);
      trace.end_layers(1);
    }
    trace.write();
  });
  const std::map<std::string, at::Tensor> expected{
      {"map", map},
      {"clip", map.transpose(0, 1).unsqueeze(0)},
      {"tokens", map.permute({0, 2, 3, 1}).flatten(1, 2)},
      {"pixels", by_pixel},
      {"tokens_of_frames", by_pixel.unsqueeze(0)}};
  const SafetensorsFile written = SafetensorsFile::open(file.path());
  EXPECT_EQ(written.tensors().size(), expected.size());
  for (const auto& [name, value] : expected) {
    ASSERT_EQ(shape_of(written, "stage1/" + name), value.sizes().vec()) << name;
    const TensorView* view = written.find("stage1/" + name);
    auto* const bytes = const_cast<std::byte*>(view->bytes.data());
    const at::Tensor got = at::from_blob(bytes, view->shape, at::TensorOptions(at::kFloat));
    EXPECT_TRUE(at::equal(got, value)) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Ranks, TraceRecorderOnThreads, ::testing::Values(1, 2, 3, 4, 5, 20));

// The layout of the parity fixtures: crops row-major, windows without shift.
TEST(TraceRecorder, WritesOneRowOfCropShiftsPerStep) {
  const ScratchFile file("trace.safetensors");
  comm::SoloCommunicator world;
  const worker::RenderTask task = tiny_task(1);
  const worker::StageGroups groups(task, world);
  worker::TraceRecorder trace(file.path(), task, groups);
  const partition::CropGrid grid = partition::paper_crops({16, 12}, {128, 128}, 1, 0.125);
  const auto first = partition::draw_jitter(grid, {1, 1, 1, 0});
  const auto second = partition::draw_jitter(grid, {1, 1, 2, 0});
  trace.crops(1, kBlock, grid, first);
  trace.crops(1, kBlock, grid, second);
  trace.write();
  const SafetensorsFile written = SafetensorsFile::open(file.path());
  const TensorView* jitter = written.find("stage1.jitter." + kBlock);
  ASSERT_NE(jitter, nullptr);
  EXPECT_EQ(jitter->dtype, storage::Dtype::I32);
  ASSERT_EQ(jitter->shape, (std::vector<std::int64_t>{2, grid.count(), 2}));
  const auto* shifts = reinterpret_cast<const std::int32_t*>(jitter->bytes.data());
  for (const auto& drawn : {first, second}) {
    for (const partition::CropShift& shift : drawn) {
      EXPECT_EQ(*shifts++, shift.row);
      EXPECT_EQ(*shifts++, shift.col);
    }
  }
  const TensorView* views = written.find("stage1.views.16x12");
  ASSERT_NE(views, nullptr);
  ASSERT_EQ(views->shape, (std::vector<std::int64_t>{grid.count(), 4}));
  const auto* edges = reinterpret_cast<const std::int32_t*>(views->bytes.data());
  for (int crop = 0; crop < grid.count(); ++crop, edges += 4) {
    EXPECT_EQ(grid.window(crop), (partition::Rect{edges[0], edges[1], edges[2], edges[3]}));
  }
}

TEST(Trace, HoldsWhatTheRenderDrew) {
  worker::RenderTask task = tiny_task(2);
  task.sampling.sampler = worker::SamplerKind::EulerAncestral;
  const SafetensorsFile trace = trace_of(task);
  EXPECT_EQ(shape_of(trace, "initial"), (std::vector<std::int64_t>{1, 4, 16, 16}));
  EXPECT_EQ(shape_of(trace, "stage1.posterior"), (std::vector<std::int64_t>{1, 4, 32, 32}));
  EXPECT_EQ(shape_of(trace, "stage1.renoise"), (std::vector<std::int64_t>{1, 4, 32, 32}));
  EXPECT_EQ(shape_of(trace, "stage0.step00.sampler"), (std::vector<std::int64_t>{1, 4, 16, 16}));
  EXPECT_EQ(trace.find("stage0.step01.sampler"), nullptr);  // the step to sigma 0 draws nothing
  EXPECT_EQ(shape_of(trace, "stage1.jitter." + kBlock).size(), 3u);
  EXPECT_EQ(shape_of(trace, "stage1.views.16x16").size(), 2u);
  EXPECT_EQ(trace.find("stage0.jitter." + kBlock), nullptr);  // stage 0 has no crops
}

class TraceReplay : public ::testing::TestWithParam<worker::SamplerKind> {};

// Another seed and another rank count: the replay file decides alone.
TEST_P(TraceReplay, RendersTheSamePictureBitForBit) {
  const ScratchFile recording("trace.safetensors");
  worker::RenderTask task = tiny_task(2);
  task.sampling.sampler = GetParam();
  task.study.trace_file = recording.path();
  const Pictures drawn = run_cascade(task);
  worker::RenderTask replay = tiny_task(3);
  replay.sampling.sampler = GetParam();
  replay.items[0].seed = 99;
  EXPECT_NE(run_cascade(replay), drawn);
  replay.study.replay_file = recording.path();
  EXPECT_EQ(run_cascade(replay), drawn);
}

INSTANTIATE_TEST_SUITE_P(Samplers, TraceReplay,
                         ::testing::Values(worker::SamplerKind::Euler,
                                           worker::SamplerKind::EulerAncestral));

TEST(Trace, PrefixesNamesInAJobOfSeveralItemsAndReplaysThem) {
  const ScratchFile recording("trace.safetensors");
  worker::RenderTask task = tiny_task(1);
  task.items.push_back(task.items[0]);
  task.items[1].index = 1;
  task.items[1].seed = 8;
  task.study.trace_file = recording.path();
  const Pictures drawn = run_cascade(task);
  const SafetensorsFile trace = SafetensorsFile::open(recording.path());
  for (const std::string name : {"initial", "stage1.final_latents", "text.pooled"}) {
    EXPECT_NE(trace.find("item0/" + name), nullptr) << name;
    EXPECT_NE(trace.find("item1/" + name), nullptr) << name;
    EXPECT_EQ(trace.find(name), nullptr) << name;
  }
  task.study.trace_file.clear();
  task.study.replay_file = recording.path();
  task.items[0].seed = task.items[1].seed = 99;
  EXPECT_EQ(run_cascade(task), drawn);
}

TEST(Trace, CapturesLayersOfOneStepWithoutChangingThePicture) {
  worker::RenderTask task = tiny_task(4);
  const Pictures plain = run_cascade(task);
  const ScratchFile file("trace.safetensors");
  task.study.trace_file = file.path();
  task.study.layers_stage = 1;
  task.study.layers_step = 1;
  EXPECT_EQ(run_cascade(task), plain);
  const SafetensorsFile trace = SafetensorsFile::open(file.path());
  EXPECT_EQ(shape_of(trace, "stage1/unet.out"), (std::vector<std::int64_t>{2, 4, 32, 32}));
  EXPECT_EQ(shape_of(trace, "stage1/attn1." + kBlock + ".out").front(), 1);
}

}  // namespace
}  // namespace tessera::testing
