#include "worker/picture_render.h"

#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "comm/solo_communicator.h"
#include "tests/worker/tiny_task.h"

namespace tessera::testing {
namespace {

// Stages, snapshots and pixels are compared by the tests of the worker's commands.
TEST(PictureRender, BeginsTakesSnapshotsAndDelivers) {
  const c10::InferenceMode inference;
  worker::RenderTask task = tiny_task(1);
  task.sampling.steps = 1;
  set_sizes(task, {{128, 128}});
  comm::SoloCommunicator world;
  const worker::StageGroups groups(task, world);
  worker::TraceRecorder trace("", task, groups);
  const auto models = worker::load_model_set(task.model);
  worker::PictureRender render(task, task.items.front(), groups, *models, trace);
  EXPECT_EQ(render.warning(), "");
  render.begin_stage(task.stages.front(), nullptr);
  EXPECT_EQ(render.unet_seconds(), 0);
  render.step(0);
  EXPECT_GT(render.unet_seconds(), 0);
  const worker::StageSnapshot end = render.snapshot(task.stages.front(), 1);
  EXPECT_EQ(end.x.shape, (std::vector<std::int64_t>{1, 4, 16, 16}));
  int rows = 0;
  worker::Outcome outcome;
  render.end_stage(
      task.stages.front(), [&](int, int, storage::RowBand band) { rows += band.rows; }, outcome);
  EXPECT_EQ(rows, 128);
  EXPECT_GT(outcome.vae_seconds, 0);
}

}  // namespace
}  // namespace tessera::testing
