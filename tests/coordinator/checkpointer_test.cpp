#include "coordinator/checkpointer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <future>
#include <limits>
#include <memory>
#include <string>
#include <thread>

#include "storage/checkpoint_reader.h"
#include "storage/storage_error.h"
#include "tests/coordinator/sample_checkpoint.h"
#include "tests/coordinator/sample_task.h"
#include "tests/coordinator/scratch_directory.h"

namespace tessera::coordinator {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using storage::CheckpointData;
using storage::CheckpointPhase;

class CheckpointerTest : public ::testing::Test {
 protected:
  CheckpointerTest() { task_.grid.world = 5; }

  std::unique_ptr<Checkpointer> start(std::function<void(CheckpointPhase)> on_phase = {}) {
    return std::make_unique<Checkpointer>(
        sample_checkpoint_base(), task_, storage::CheckpointWriter(folder_, 2, std::move(on_phase)),
        [this] { return outputs_; });
  }

  /// Keeps a snapshot and gives the content of the file that it became.
  CheckpointData saved(Checkpointer& checkpointer, int item, int stage, int step) {
    checkpointer.keep(sample_snapshot(task_, item, stage, step));
    EXPECT_TRUE(checkpointer.wait(minutes(1)));
    const std::optional<CheckpointRecord> record = checkpointer.take_result();
    if (!record || !record->written()) {
      ADD_FAILURE() << (record ? record->error : "no record");
      return {};
    }
    return storage::read_checkpoint(record->path);
  }

  ScratchDirectory scratch_;
  std::filesystem::path folder_ = scratch_.path() / "checkpoints";
  worker::RenderTask task_ = sample_task({{0, 4}, {2, 4}, {1, 4}}, 2);
  std::vector<storage::CheckpointOutput> outputs_;
};

std::vector<int> stages_of(const CheckpointData& data) {
  std::vector<int> stages;
  for (const storage::CheckpointStage& stage : data.stages) stages.push_back(stage.stage);
  return stages;
}

TEST_F(CheckpointerTest, WritesTheSnapshotWithWhatTheRunKnows) {
  outputs_ = {{0, 2, "images/2.png", std::string(64, 'c')}};
  const auto checkpointer = start();
  CheckpointData expected = sample_checkpoint_base();
  expected.progress = {1, 0, 1, 3, 4, 3, 101, 5};
  expected.x = sample_snapshot(task_, 1, 1, 3).x;
  expected.z_up = sample_snapshot(task_, 1, 1, 3).z_up;
  expected.outputs = outputs_;
  CheckpointData data = saved(*checkpointer, 1, 1, 3);
  EXPECT_TRUE(data.created_utc.ends_with("Z")) << data.created_utc;
  data.created_utc.clear();
  EXPECT_EQ(data, expected);
}

TEST_F(CheckpointerTest, TellsOnceHowAWriteEnded) {
  const auto checkpointer = start();
  EXPECT_FALSE(checkpointer->take_result());
  EXPECT_TRUE(checkpointer->wait(milliseconds(0)));
  checkpointer->keep(sample_snapshot(task_, 0, 0, 2));
  ASSERT_TRUE(checkpointer->wait(minutes(1)));
  const std::optional<CheckpointRecord> record = checkpointer->take_result();
  ASSERT_TRUE(record);
  EXPECT_EQ(record->path, folder_ / "item-00000-stage-0-step-002.h5");
  EXPECT_EQ(record->file_bytes, std::filesystem::file_size(record->path));
  EXPECT_EQ(record->progress.next_step, 2);
  EXPECT_GT(record->seconds, 0);
  EXPECT_FALSE(checkpointer->take_result());
}

TEST_F(CheckpointerTest, CollectsTheStagesOfAnItemAsTheyEnd) {
  const auto checkpointer = start();
  EXPECT_TRUE(saved(*checkpointer, 0, 0, 2).stages.empty());
  EXPECT_TRUE(saved(*checkpointer, 0, 0, 4).stages.empty()) << "its latents are x";
  EXPECT_EQ(stages_of(saved(*checkpointer, 0, 1, 3)), std::vector<int>{0});
  EXPECT_EQ(stages_of(saved(*checkpointer, 0, 1, 4)), std::vector<int>{0});
  const CheckpointData last = saved(*checkpointer, 0, 2, 2);
  ASSERT_EQ(stages_of(last), (std::vector<int>{0, 1}));
  for (int stage = 0; stage < 2; ++stage) {
    EXPECT_EQ(last.stages[static_cast<std::size_t>(stage)].latents,
              sample_snapshot(task_, 0, stage, 4).x);
  }
  EXPECT_TRUE(saved(*checkpointer, 1, 0, 2).stages.empty()) << "of another item";
}

TEST_F(CheckpointerTest, GoesOnWithTheStagesThatItAdopts) {
  const auto checkpointer = start();
  const storage::CheckpointArray first = sample_canvas(task_.stages[0], 0.5f);
  checkpointer->adopt(1, {{0, first}});
  EXPECT_EQ(saved(*checkpointer, 1, 1, 4).stages,
            (std::vector<storage::CheckpointStage>{{0, first}}));
  const CheckpointData next = saved(*checkpointer, 1, 2, 2);
  ASSERT_EQ(stages_of(next), (std::vector<int>{0, 1}));
  EXPECT_EQ(next.stages[1].latents, sample_snapshot(task_, 1, 1, 4).x);
  EXPECT_TRUE(saved(*checkpointer, 0, 0, 2).stages.empty()) << "of another item";
}

TEST_F(CheckpointerTest, ReplacesAnAdoptedStageThatEndsAgain) {
  const auto checkpointer = start();
  const storage::CheckpointArray first = sample_canvas(task_.stages[0], 0.5f);
  checkpointer->adopt(0, {{0, first}, {1, sample_canvas(task_.stages[1], 0.5f)}});
  checkpointer->keep(sample_snapshot(task_, 0, 1, 4));
  ASSERT_TRUE(checkpointer->wait(minutes(1)));
  const CheckpointData next = saved(*checkpointer, 0, 2, 2);
  ASSERT_EQ(stages_of(next), (std::vector<int>{0, 1}));
  EXPECT_EQ(next.stages[0].latents, first);
  EXPECT_EQ(next.stages[1].latents, sample_snapshot(task_, 0, 1, 4).x);
}

TEST_F(CheckpointerTest, IsBusyFromTheSnapshotToTheFile) {
  std::promise<void> gate;
  const std::shared_future<void> opened = gate.get_future().share();
  const auto checkpointer = start([opened](CheckpointPhase phase) {
    if (phase == CheckpointPhase::Verify) opened.wait();
  });
  EXPECT_FALSE(checkpointer->writing());
  checkpointer->keep(sample_snapshot(task_, 0, 0, 1));
  EXPECT_TRUE(checkpointer->writing());
  EXPECT_FALSE(checkpointer->wait(milliseconds(5)));
  EXPECT_FALSE(checkpointer->take_result());
  gate.set_value();
  EXPECT_TRUE(checkpointer->wait(minutes(1)));
  EXPECT_FALSE(checkpointer->writing());
  EXPECT_TRUE(checkpointer->take_result());
}

TEST_F(CheckpointerTest, WritesOnAThreadOfItsOwnOneAtATime) {
  std::atomic<int> open = 0;
  std::atomic<int> most = 0;
  std::atomic<bool> on_main = false;
  const std::thread::id main = std::this_thread::get_id();
  const auto checkpointer = start([&](CheckpointPhase phase) {
    if (std::this_thread::get_id() == main) on_main = true;
    if (phase == CheckpointPhase::Create) most = std::max(most.load(), ++open);
    if (phase == CheckpointPhase::Prune) --open;
  });
  for (int step = 1; step < 4; ++step) saved(*checkpointer, 0, 0, step);
  EXPECT_EQ(most, 1);
  EXPECT_EQ(open, 0);
  EXPECT_FALSE(on_main);
}

TEST_F(CheckpointerTest, AFailedWriteTellsWhyAndTheNextOneWorks) {
  std::ofstream(folder_) << "a file where the folder should be";
  const auto checkpointer = start();
  checkpointer->keep(sample_snapshot(task_, 0, 0, 4));
  ASSERT_TRUE(checkpointer->wait(minutes(1)));
  const std::optional<CheckpointRecord> record = checkpointer->take_result();
  ASSERT_TRUE(record);
  EXPECT_FALSE(record->written());
  EXPECT_NE(record->error.find("checkpoints"), std::string::npos) << record->error;
  EXPECT_TRUE(record->path.empty());
  EXPECT_EQ(record->progress.next_step, 4);
  std::filesystem::remove(folder_);
  EXPECT_EQ(stages_of(saved(*checkpointer, 0, 1, 3)), std::vector<int>{0})
      << "the stage is over whether or not its file was written";
}

TEST_F(CheckpointerTest, LatentsThatAreNoNumbersAreAFailureAndNoFile) {
  const auto checkpointer = start();
  worker::StageSnapshot snapshot = sample_snapshot(task_, 0, 0, 2);
  snapshot.x.values[3] = std::numeric_limits<float>::quiet_NaN();
  checkpointer->keep(std::move(snapshot));
  ASSERT_TRUE(checkpointer->wait(minutes(1)));
  EXPECT_FALSE(checkpointer->take_result());
  ASSERT_NE(checkpointer->failure(), nullptr);
  try {
    std::rethrow_exception(checkpointer->failure());
  } catch (const storage::DataError& error) {
    EXPECT_NE(std::string(error.what()).find("value 3 is nan"), std::string::npos) << error.what();
  }
  EXPECT_TRUE(storage::find_checkpoint(folder_).empty());
}

TEST_F(CheckpointerTest, CannotBeDroppedBeforeItsFileIsComplete) {
  auto checkpointer = start();
  checkpointer->keep(sample_snapshot(task_, 0, 0, 4));
  checkpointer.reset();
  const storage::FoundCheckpoint found = storage::find_checkpoint(folder_);
  ASSERT_TRUE(found.data);
  EXPECT_TRUE(found.data->progress.at_stage_end());
}

}  // namespace
}  // namespace tessera::coordinator
