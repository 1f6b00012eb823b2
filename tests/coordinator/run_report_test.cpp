#include "coordinator/run_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "storage/text_file.h"
#include "tests/coordinator/sample_plan.h"
#include "tests/coordinator/scratch_directory.h"

namespace tessera::coordinator {
namespace {

using worker::CommandKind;

class RunReportTest : public ::testing::Test {
 protected:
  /// Two ranks that work, and one that idles.
  void add(CommandKind kind, int stage, double seconds, double unet, double vae,
           std::uint64_t bytes) {
    std::vector<worker::Outcome> outcomes(3);
    outcomes[0].unet_seconds = unet;
    outcomes[0].vae_seconds = vae;
    outcomes[0].wait_seconds = 0.25;
    outcomes[0].bytes_sent = bytes;
    outcomes[0].memory_peak = 100;
    outcomes[1].unet_seconds = unet / 2;
    outcomes[1].vae_seconds = vae / 2;
    outcomes[1].wait_seconds = 0.75;
    outcomes[1].bytes_sent = 2 * bytes;
    outcomes[1].memory_peak = 300 + static_cast<std::uint64_t>(stage);
    outcomes[2].wait_seconds = 100;
    CommandRecord record;
    record.command.kind = kind;
    record.command.stage = stage;
    record.seconds = seconds;
    record.outcomes = outcomes;
    report_.on_command_end(record);
  }

  nlohmann::json written(const RunSummary& summary) {
    report_.on_finished(summary);
    return nlohmann::json::parse(storage::read_text(file_));
  }

  ScratchDirectory directory_;
  std::filesystem::path file_ = directory_.path() / "report.json";
  RenderPlan plan_ = sample_plan({{0, 2}, {1, 2}}, 1);
  RunReport report_{plan_, file_};
};

TEST_F(RunReportTest, AddsUpTheCommandsOfAStage) {
  add(CommandKind::BeginItem, 0, 9, 0, 0, 0);
  add(CommandKind::BeginStage, 1, 1, 0, 0.5, 7);
  add(CommandKind::Step, 1, 2, 1.5, 0, 1000);
  add(CommandKind::Step, 1, 3, 2.5, 0, 3000);
  add(CommandKind::EndStage, 1, 4, 0, 3, 7);
  const RunReport::StageTotals& totals = report_.stages()[1];
  EXPECT_EQ(totals.steps, 2);
  EXPECT_DOUBLE_EQ(totals.seconds, 10);
  EXPECT_DOUBLE_EQ(totals.unet_seconds, 4);
  EXPECT_DOUBLE_EQ(totals.vae_seconds, 3.5);
  EXPECT_DOUBLE_EQ(totals.communication_seconds, 4 * 0.5) << "idle ranks do not count";
  EXPECT_EQ(report_.stages()[0].seconds, 0);
  const nlohmann::json object = written({});
  EXPECT_EQ(object["item_seconds"], 9);
  EXPECT_EQ(object["stages"][1]["bytes_sent_per_step"], (std::vector<int>{2000, 4000, 0}));
}

TEST_F(RunReportTest, KeepsThePeakOfEveryRank) {
  add(CommandKind::Step, 1, 1, 1, 0, 0);
  add(CommandKind::Step, 0, 1, 1, 0, 0);
  EXPECT_EQ(report_.peak_memory(), (std::vector<std::uint64_t>{100, 301, 0}));
}

TEST_F(RunReportTest, CountsCheckpointsThatWereWrittenAndTheTimeOfAll) {
  CheckpointRecord record;
  record.seconds = 1.5;
  report_.on_checkpoint(record);
  record.seconds = 0.5;
  report_.on_checkpoint(record);
  record.error = "no space left on device";
  record.seconds = 0.25;
  report_.on_checkpoint(record);
  add(CommandKind::Checkpoint, 1, 3, 0, 0, 0);
  const nlohmann::json object = written({});
  EXPECT_EQ(object["checkpoints"], 2);
  EXPECT_EQ(object["checkpoint_seconds"], 2.25);
  EXPECT_EQ(object["stages"][1]["seconds"], 3) << "the snapshot holds the stage up";
  EXPECT_EQ(object["stages"][1]["steps"], 0);
}

TEST_F(RunReportTest, ListsTheFilesAndTheEnd) {
  RunSummary summary;
  summary.exit_code = 74;
  summary.seconds = 12;
  FrameRecord frame;
  frame.stage = 1;
  frame.path = "images/00000_123_128x128.png";
  frame.image = {128, 128};
  frame.file_bytes = 5;
  summary.frames = {frame};
  FailureRecord failure;
  failure.message = "disk full";
  report_.on_failure(failure);
  const nlohmann::json object = written(summary);
  EXPECT_EQ(object["exit_code"], 74);
  EXPECT_EQ(object["failure"], "disk full");
  EXPECT_EQ(object["files"][0]["file"], "images/00000_123_128x128.png");
  EXPECT_EQ(object["files"][0]["bytes"], 5);
}

TEST_F(RunReportTest, CountsTheEventsThatWereLost) {
  EXPECT_EQ(written({})["events_lost"], 0);
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
  std::filesystem::create_symlink("/dev/full", directory_.path() / "events.jsonl");
  EventLog events(directory_.path(), [](const std::string&) {});
  events.begin_run(1, "");
  RunReport report(plan_, file_, &events);
  report.on_finished({});
  EXPECT_EQ(nlohmann::json::parse(storage::read_text(file_))["events_lost"], 1);
}

}  // namespace
}  // namespace tessera::coordinator
