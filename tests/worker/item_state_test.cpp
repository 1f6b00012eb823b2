#include "worker/item_state.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "comm/solo_communicator.h"
#include "storage/storage_error.h"
#include "tests/worker/spatial/strip_scene.h"
#include "tests/worker/tiny_task.h"

namespace tessera::testing {
namespace {

using worker::ItemState;
using worker::Predictions;

class ItemStateTest : public ::testing::Test {
 protected:
  ItemState begin(const worker::RenderTask& task, Predictions predictions) {
    comm::SoloCommunicator world;
    const worker::StageGroups groups(task, world);
    worker::TraceRecorder trace("", task, groups);
    return worker::begin_item(task, task.items[0], *models_, predictions, trace);
  }

  std::unique_ptr<worker::ModelSet> models_ =
      worker::load_model_set({parity_model_directory(), "", "", {}});
};

TEST_F(ItemStateTest, HoldsBothPredictionsOrOne) {
  const worker::RenderTask task = tiny_task(1);
  const ItemState both = begin(task, Predictions::Both);
  const ItemState first = begin(task, Predictions::Unconditional);
  const ItemState second = begin(task, Predictions::Conditional);
  ASSERT_EQ(both.cross.size(), 17u);  // transformer blocks of the parity model
  for (std::size_t layer = 0; layer < both.cross.size(); ++layer) {
    EXPECT_EQ(both.cross[layer].k_BKND.size(0), 2);
    expect_same_bits(both.cross[layer].k_BKND.narrow(0, 0, 1), first.cross[layer].k_BKND, "keys");
    expect_same_bits(both.cross[layer].v_BKND.narrow(0, 1, 1), second.cross[layer].v_BKND,
                     "values");
  }
  ASSERT_EQ(both.time_shifts.size(), 2u);  // steps
  expect_same_bits(both.time_shifts[1][0].narrow(0, 1, 1), second.time_shifts[1][0], "time shifts");
}

TEST_F(ItemStateTest, TellsTheNetworkTheFirstResolution) {
  worker::RenderTask task = tiny_task(1);
  task.conditioning_size = {128, 192};
  EXPECT_EQ(begin(task, Predictions::Both).time_ids,
            (std::vector<float>{128, 192, 0, 0, 128, 192}));
}

TEST_F(ItemStateTest, TakesAZeroEmbeddingWithoutANegativePrompt) {
  worker::RenderTask task = tiny_task(1);
  const ItemState zero = begin(task, Predictions::Unconditional);
  EXPECT_EQ(zero.cross[0].k_BKND.abs().max().item<float>(), 0.0F);
  task.items[0].negative_prompt = "";
  EXPECT_GT(begin(task, Predictions::Unconditional).cross[0].k_BKND.abs().max().item<float>(), 0);
}

TEST_F(ItemStateTest, RefusesTextThatIsNotUtf8) {
  worker::RenderTask task = tiny_task(1);
  task.items[0].prompt = "\xC3\x28";
  EXPECT_THROW(begin(task, Predictions::Both), storage::DataError);
}

TEST_F(ItemStateTest, RefusesAnInitialImageThatIsNotThere) {
  worker::RenderTask task = tiny_task(1);
  task.items[0].init_image = "no-such-image.png";
  EXPECT_THROW(begin(task, Predictions::Both), storage::MissingFileError);
}

TEST(PredictionsOf, FollowTheRankGrid) {
  const worker::RenderTask two_halves = tiny_task(4);
  EXPECT_EQ(worker::predictions_of(two_halves, 0), Predictions::Unconditional);
  EXPECT_EQ(worker::predictions_of(two_halves, 3), Predictions::Conditional);
  EXPECT_EQ(worker::predictions_of(tiny_task(3), 2), Predictions::Both);
  worker::RenderTask unguided = tiny_task(4);
  unguided.sampling.guidance_scale = 1;
  EXPECT_EQ(worker::predictions_of(unguided, 1), Predictions::ConditionalOnly);
}

}  // namespace
}  // namespace tessera::testing
