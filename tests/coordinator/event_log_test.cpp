#include "coordinator/event_log.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "storage/storage_error.h"
#include "tests/coordinator/sample_task.h"
#include "tests/coordinator/scratch_directory.h"

namespace tessera::coordinator {
namespace {

std::vector<nlohmann::json> lines_of(const std::filesystem::path& path) {
  std::ifstream stream(path);
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(nlohmann::json::parse(line));
  }
  return lines;
}

void fail_on_warning(const std::string& text) { ADD_FAILURE() << text; }

CommandRecord record(worker::CommandKind kind) {
  CommandRecord result;
  result.command.kind = kind;
  return result;
}

TEST(EventLog, StepsGoToTheMetricsAndTheRestToTheEvents) {
  const ScratchDirectory directory;
  const worker::RenderTask task = sample_task({{0, 2}}, 1);
  EventLog log(directory.path(), fail_on_warning);
  log.note_findings({.lock_taken_from = "process 17 on node3",
                     .rejected = {"item-00000-stage-1-step-004.h5: cut", "b.h5: cut"}});
  log.begin_run(3, "checkpoints/item-00000-stage-0-end.h5");
  log.on_item_begin(task.items[0]);
  log.on_stage_begin(task.items[0], task.stages[0]);
  log.on_command_end(record(worker::CommandKind::BeginStage));
  log.on_command_end(record(worker::CommandKind::Step));
  log.on_command_end(record(worker::CommandKind::Step));
  log.on_frame_written({});
  log.on_checkpoint({});
  CheckpointRecord unsaved;
  unsaved.error = "no space left on device";
  log.on_checkpoint(unsaved);
  log.on_stop_requested({});
  log.on_failure({});
  log.on_finished({});
  std::vector<std::string> names;
  for (const auto& line : lines_of(directory.path() / "events.jsonl")) {
    names.push_back(line["event"]);
  }
  const std::vector<std::string> expected{
      "takeover",   "checkpoint_rejected", "checkpoint_rejected", "run_begin",
      "item_begin", "stage_begin",         "command_end",         "frame_written",
      "checkpoint", "checkpoint_failed",   "stop_requested",      "failure",
      "finished"};
  EXPECT_EQ(names, expected);
  EXPECT_EQ(lines_of(directory.path() / "metrics.jsonl").size(), 2u);
}

TEST(EventLog, EveryLineIsThereAtOnce) {
  const ScratchDirectory directory;
  EventLog log(directory.path(), fail_on_warning);
  log.on_command_end(record(worker::CommandKind::Step));
  EXPECT_EQ(lines_of(directory.path() / "metrics.jsonl").size(), 1u);
}

TEST(EventLog, AppendsToTheLogOfAnEarlierRun) {
  const ScratchDirectory directory;
  for (int run = 0; run < 2; ++run) {
    EventLog(directory.path(), fail_on_warning).on_finished({});
  }
  EXPECT_EQ(lines_of(directory.path() / "events.jsonl").size(), 2u);
}

TEST(EventLog, NamesTheFileThatCannotBeOpened) {
  const ScratchDirectory directory;
  try {
    EventLog log(directory.path() / "missing", fail_on_warning);
    FAIL() << "no error";
  } catch (const storage::CannotCreateError& error) {
    EXPECT_NE(std::string(error.what()).find("events.jsonl"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("No such file"), std::string::npos);
  }
}

TEST(EventLog, LosesLinesOnAFullDiskWithOneWarning) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
  const ScratchDirectory directory;
  std::filesystem::create_symlink("/dev/full", directory.path() / "events.jsonl");
  std::vector<std::string> warnings;
  EventLog log(directory.path(), [&](const std::string& text) { warnings.push_back(text); });
  log.begin_run(1, "");
  log.on_command_end(record(worker::CommandKind::Step));
  EXPECT_EQ(log.lost(), 1) << "the metrics have room";
  log.on_finished({});
  EXPECT_EQ(log.lost(), 2);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("events.jsonl: cannot write: No space left"), std::string::npos)
      << warnings[0];
}

}  // namespace
}  // namespace tessera::coordinator
