#include "worker/canvas_vae.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "comm/solo_communicator.h"
#include "tests/support/run_ranks.h"
#include "tests/worker/spatial/strip_scene.h"
#include "tests/worker/tiny_task.h"

namespace tessera::testing {
namespace {

using partition::RowRange;
using worker::VaeMode;

worker::RenderTask task_of(int ranks, VaeMode mode) {
  worker::RenderTask task = tiny_task(ranks);
  set_sizes(task, {{128, 192}});
  task.stages[0].vae_mode = mode;
  task.stages[0].vae_tile = 64;
  return task;
}

TEST(ImageRows, AreEightPerLatentRow) {
  EXPECT_EQ(worker::image_rows({{0, 4}, {}, {4, 12}}),
            (std::vector<RowRange>{{0, 32}, {0, 0}, {32, 96}}));
}

class CanvasVaeModes : public ::testing::TestWithParam<VaeMode> {
 protected:
  void compare_with_one_rank(int ranks) {
    const worker::RenderTask task = task_of(ranks, GetParam());
    const worker::StagePlan& plan = task.stages[0];
    run_ranks(ranks, [&](comm::Communicator& world) {
      const worker::StageGroups groups(task, world);
      const worker::CanvasVae vae(*models_, groups);
      const RowRange rows = groups.vae_rows(0)[static_cast<std::size_t>(world.rank())];
      const RowRange pixels = scale_up(rows, 8);
      expect_same_bits(vae.decode(plan, latents_.narrow(2, rows.begin, rows.rows())),
                       image_.narrow(2, pixels.begin, pixels.rows()), "decoded");
      expect_same_bits(vae.encode(plan, image_.narrow(2, pixels.begin, pixels.rows())),
                       moments_.narrow(2, rows.begin, rows.rows()), "encoded");
    });
  }

  void SetUp() override {
    const worker::RenderTask task = task_of(1, GetParam());
    comm::SoloCommunicator solo;
    const worker::StageGroups groups(task, solo);
    const worker::CanvasVae vae(*models_, groups);
    image_ = vae.decode(task.stages[0], latents_);
    moments_ = vae.encode(task.stages[0], image_);
  }

  std::unique_ptr<worker::ModelSet> models_ =
      worker::load_model_set({parity_model_directory(), "", "", {}});
  at::Tensor latents_ = wave({1, 4, 16, 24}, 1, 0.2);
  at::Tensor image_;
  at::Tensor moments_;
};

TEST_P(CanvasVaeModes, ScaleLatentsAndKeepTheShapes) {
  EXPECT_EQ(image_.sizes(), (at::IntArrayRef{1, 3, 128, 192}));
  EXPECT_EQ(moments_.sizes(), (at::IntArrayRef{1, 8, 16, 24}));
}

// 4 canonical blocks: with 20 ranks, 16 hold no rows, but may own tiles.
TEST_P(CanvasVaeModes, GiveTheSameBitsOnEveryRankCount) {
  for (const int ranks : {2, 3, 5, 20}) compare_with_one_rank(ranks);
}

INSTANTIATE_TEST_SUITE_P(Modes, CanvasVaeModes, ::testing::Values(VaeMode::Full, VaeMode::Tiled),
                         [](const auto& given) {
                           return std::string(given.param == VaeMode::Full ? "Full" : "Tiled");
                         });

TEST(CanvasVae, TakesACanvasOfOneTileAsAWhole) {
  const auto models = worker::load_model_set({parity_model_directory(), "", "", {}});
  const at::Tensor latents = wave({1, 4, 16, 24}, 1, 0.2);
  comm::SoloCommunicator solo;
  worker::RenderTask one_tile = task_of(1, VaeMode::Tiled);
  one_tile.stages[0].vae_tile = 192;
  const worker::RenderTask full = task_of(1, VaeMode::Full);
  const worker::StageGroups groups(full, solo);
  const worker::CanvasVae vae(*models, groups);
  expect_same_bits(vae.decode(one_tile.stages[0], latents), vae.decode(full.stages[0], latents),
                   "one tile");
}

}  // namespace
}  // namespace tessera::testing
