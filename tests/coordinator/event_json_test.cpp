#include "coordinator/event_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/coordinator/sample_task.h"

namespace tessera::coordinator {
namespace {

using Json = nlohmann::json;

/// 2001-09-09T01:46:40.123Z
EventJson at_billion() {
  return EventJson(EventJson::Time(std::chrono::milliseconds(1'000'000'000'123)));
}

TEST(EventJson, EveryEventIsOneLineWithItsNameAndTime) {
  const worker::RenderTask task = sample_task({{0, 2}}, 1);
  const EventJson json = at_billion();
  const std::pair<const char*, std::string> events[] = {
      {"item_begin", json.item_begin(task.items[0])},
      {"stage_begin", json.stage_begin(task.items[0], task.stages[0])},
      {"command_end", json.command_end({})},
      {"frame_written", json.frame_written({})},
      {"takeover", json.takeover("process 17 on node3")},
      {"checkpoint_rejected", json.checkpoint_rejected("item-00000-stage-0-end.h5: cut")},
      {"run_begin", json.run_begin(1, "")},
      {"stop_requested", json.stop_requested({})},
      {"checkpoint", json.checkpoint({})},
      {"failure", json.failure({})},
      {"finished", json.finished({})}};
  for (const auto& [name, line] : events) {
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const Json object = Json::parse(line);
    EXPECT_EQ(object["event"], name);
    EXPECT_EQ(object["time"], "2001-09-09T01:46:40.123Z");
  }
}

TEST(EventJson, CommandsCarryTheFiguresOfEveryRank) {
  std::vector<worker::Outcome> outcomes(2);
  outcomes[1].step_seconds = 1.5;
  outcomes[1].bytes_sent = 1'000'000'000'000;
  outcomes[1].memory_peak = 42;
  outcomes[1].set_message("the prompt is too long");
  CommandRecord record;
  record.command = {worker::CommandKind::Step, 9, 1, 2, 31, 0};
  record.progress = 0.5;
  record.outcomes = outcomes;
  const Json object = Json::parse(at_billion().command_end(record));
  EXPECT_EQ(object["command"], "Step");
  EXPECT_EQ(object["item"], 1);
  EXPECT_EQ(object["stage"], 2);
  EXPECT_EQ(object["step"], 31);
  EXPECT_TRUE(object["eta_seconds"].is_null());
  ASSERT_EQ(object["ranks"].size(), 2u);
  EXPECT_EQ(object["ranks"][1]["seconds"], 1.5);
  EXPECT_EQ(object["ranks"][1]["bytes_sent"], 1'000'000'000'000);
  EXPECT_EQ(object["ranks"][1]["memory_peak"], 42);
  EXPECT_EQ(object["ranks"][1]["message"], "the prompt is too long");
  EXPECT_FALSE(object["ranks"][0].contains("message"));
}

TEST(EventJson, StagesAreWidthByHeight) {
  const worker::RenderTask task = sample_task({{0, 2}, {1, 2}}, 1);
  worker::StagePlan stage = task.stages[1];
  stage.image = {64, 192};
  const Json object = Json::parse(at_billion().stage_begin(task.items[0], stage));
  EXPECT_EQ(object["width"], 192);
  EXPECT_EQ(object["height"], 64);
  EXPECT_EQ(object["first_step"], 1);
}

TEST(EventJson, ABeginTellsTheCheckpointThatTheRunGoesOnFrom) {
  const Json fresh = Json::parse(at_billion().run_begin(3, ""));
  EXPECT_EQ(fresh["ranks"], 3);
  EXPECT_FALSE(fresh.contains("resumed_from"));
  const Json resumed = Json::parse(at_billion().run_begin(3, "item-00000-stage-0-end.h5"));
  EXPECT_EQ(resumed["resumed_from"], "item-00000-stage-0-end.h5");
}

TEST(EventJson, ACheckpointTellsItsPositionAndFileOrWhyThereIsNone) {
  CheckpointRecord record;
  record.progress.item = 1;
  record.progress.stage = 2;
  record.progress.next_step = 31;
  record.path = "checkpoints/item-00001-stage-2-step-031.h5";
  record.file_bytes = 4096;
  record.seconds = 0.5;
  const Json written = Json::parse(at_billion().checkpoint(record));
  EXPECT_EQ(written["event"], "checkpoint");
  EXPECT_EQ(written["item"], 1);
  EXPECT_EQ(written["stage"], 2);
  EXPECT_EQ(written["next_step"], 31);
  EXPECT_EQ(written["seconds"], 0.5);
  EXPECT_EQ(written["file"], "checkpoints/item-00001-stage-2-step-031.h5");
  EXPECT_EQ(written["bytes"], 4096);
  EXPECT_FALSE(written.contains("message"));
  record.error = "no space left on device";
  const Json failed = Json::parse(at_billion().checkpoint(record));
  EXPECT_EQ(failed["event"], "checkpoint_failed");
  EXPECT_EQ(failed["next_step"], 31);
  EXPECT_EQ(failed["message"], "no space left on device");
  EXPECT_FALSE(failed.contains("file"));
}

TEST(EventJson, APictureCarriesItsDigest) {
  FrameRecord record;
  record.digest = std::string(64, 'd');
  EXPECT_EQ(Json::parse(at_billion().frame_written(record))["sha256"], record.digest);
}

TEST(EventJson, OnlyARunThatWasStoppedTellsWhoAskedForIt) {
  RunSummary summary;
  EXPECT_FALSE(Json::parse(at_billion().finished(summary)).contains("stop_reason"));
  summary.stop_reason = "SIGUSR1";
  EXPECT_EQ(Json::parse(at_billion().finished(summary))["stop_reason"], "SIGUSR1");
}

TEST(EventJson, APromptThatIsNoUtf8DoesNotStopTheLog) {
  worker::ItemTask item;
  item.prompt = "a \xff b \"quoted\"\n";
  const Json object = Json::parse(at_billion().item_begin(item));
  EXPECT_EQ(object["prompt"], "a \xEF\xBF\xBD b \"quoted\"\n");
}

}  // namespace
}  // namespace tessera::coordinator
