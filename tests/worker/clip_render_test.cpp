// Clips by the commands of a worker: pixels, traces and snapshots on any number of ranks.
#include "worker/clip_render.h"

#include <gtest/gtest.h>

#include "tests/support/run_ranks.h"
#include "tests/worker/clip_folder.h"
#include "tests/worker/run_cascade.h"

namespace tessera::testing {
namespace {

using worker::CommandKind;
using worker::RenderTask;
using worker::StageSnapshot;

TEST(ClipRender, HasTheSamePixelsOnEveryRankCount) {
  const Pictures alone = run_cascade(tiny_clip_job(1));
  ASSERT_EQ(alone.size(), 2U);
  EXPECT_EQ((alone.at({0, 0}).size()), 4U * 64 * 128 * 3);
  EXPECT_EQ((alone.at({0, 1}).size()), 4U * 192 * 256 * 3);
  for (const int ranks : {2, 3, 5}) EXPECT_EQ(run_cascade(tiny_clip_job(ranks)), alone) << ranks;
}

TEST(ClipRender, DecodesTheLastStageAloneOnRequest) {
  RenderTask task = tiny_clip_job(1);
  const Pictures all = run_cascade(task);
  task.clip->decoded = worker::DecodedStages::Final;
  const Pictures last = run_cascade(task);
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ((last.at({0, 1})), (all.at({0, 1})));
}

TEST(ClipRender, DeliversFramesInOrder) {
  RenderTask task = tiny_clip_job(1);
  task.stages.resize(1);
  std::vector<int> frames;
  run_ranks(1, [&](comm::Communicator& world) {
    worker::Worker rank(task, world, [&](int, int, storage::RowBand band) {
      if (band.row_begin == 0) frames.push_back(band.frame);
    });
    rank.load_models();
    std::uint32_t serial = 0;
    for (const CommandKind kind :
         {CommandKind::BeginItem, CommandKind::BeginStage, CommandKind::EndStage}) {
      EXPECT_EQ(rank.execute({kind, ++serial, 0, 0, 0, 0}).exit_code, 0);
    }
  });
  EXPECT_EQ(frames, (std::vector<int>{0, 1, 2, 3}));
}

/// Runs up to the second step of the second stage.
StageSnapshot snapshot_of(const RenderTask& task) {
  StageSnapshot kept;
  run_ranks(task.grid.world, [&](comm::Communicator& world) {
    worker::Worker rank(
        task, world, [](int, int, storage::RowBand) {},
        [&](StageSnapshot snapshot) { kept = std::move(snapshot); });
    rank.load_models();
    std::uint32_t serial = 0;
    const auto run = [&](CommandKind kind, int stage, int step) {
      ASSERT_EQ(rank.execute({kind, ++serial, 0, stage, step, 0}).exit_code, 0);
    };
    run(CommandKind::BeginItem, 0, 0);
    run(CommandKind::BeginStage, 0, 0);
    for (int step = 0; step < 3; ++step) run(CommandKind::Step, 0, step);
    run(CommandKind::EndStage, 0, 3);
    run(CommandKind::BeginStage, 1, 0);
    run(CommandKind::Step, 1, 0);
    run(CommandKind::Checkpoint, 1, 1);
  });
  return kept;
}

Pictures continue_from(const RenderTask& task, const StageSnapshot& snapshot) {
  Pictures pictures;
  run_ranks(task.grid.world, [&](comm::Communicator& world) {
    worker::Worker rank(task, world, [&](int item, int stage, storage::RowBand band) {
      std::vector<float>& picture = pictures[{item, stage}];
      picture.insert(picture.end(), band.pixels.begin(), band.pixels.end());
    });
    rank.load_models();
    rank.restore({snapshot});
    std::uint32_t serial = 0;
    const auto run = [&](CommandKind kind, int step) {
      ASSERT_EQ(rank.execute({kind, ++serial, 0, 1, step, 0}).exit_code, 0);
    };
    run(CommandKind::BeginItem, 0);
    run(CommandKind::BeginStage, 1);
    run(CommandKind::Step, 1);
    run(CommandKind::Step, 2);
    run(CommandKind::EndStage, 3);
  });
  return pictures;
}

TEST(ClipRender, GoesOnFromASnapshotOnOtherRankCountsWithTheSamePixels) {
  const Pictures whole = run_cascade(tiny_clip_job(1));
  const StageSnapshot of_three = snapshot_of(tiny_clip_job(3));
  EXPECT_EQ(of_three.x.shape, (std::vector<std::int64_t>{4, 4, 24, 32}));
  EXPECT_EQ(snapshot_of(tiny_clip_job(2)), of_three);
  for (const int ranks : {1, 2, 5}) {
    const Pictures rest = continue_from(tiny_clip_job(ranks), of_three);
    EXPECT_EQ((rest.at({0, 1})), (whole.at({0, 1}))) << ranks;
  }
}

}  // namespace
}  // namespace tessera::testing
