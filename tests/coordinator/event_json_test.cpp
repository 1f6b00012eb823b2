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

TEST(EventJson, APromptThatIsNoUtf8DoesNotStopTheLog) {
  worker::ItemTask item;
  item.prompt = "a \xff b \"quoted\"\n";
  const Json object = Json::parse(at_billion().item_begin(item));
  EXPECT_EQ(object["prompt"], "a \xEF\xBF\xBD b \"quoted\"\n");
}

}  // namespace
}  // namespace tessera::coordinator
