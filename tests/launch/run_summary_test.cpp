#include "launch/run_summary.h"

#include <gmock/gmock.h>

#include "tests/launch/sample_plan.h"

namespace tessera::launch {
namespace {

using testing::HasSubstr;

TEST(RunSummary, TellsTimePerStageAndMemoryPerRank) {
  const coordinator::RenderPlan plan = sample_plan();
  coordinator::RunReport report(plan, "unused.json");
  std::vector<worker::Outcome> outcomes(2);
  outcomes[0].memory_peak = 512u << 20;
  outcomes[1].memory_peak = 256u << 20;
  outcomes[1].unet_seconds = 1.5;
  coordinator::CommandRecord record;
  record.command.kind = worker::CommandKind::Step;
  record.seconds = 2;
  record.outcomes = outcomes;
  report.on_command_end(record);
  const std::vector<std::string> lines = summary_lines(plan, report);
  EXPECT_THAT(lines.at(0), HasSubstr("stage 0 64x64: 1 steps, 2.0 s (U-Net 1.5 s"));
  EXPECT_EQ(lines.back(), "peak memory in MiB by rank: 512 256");
}

TEST(PlanLines, NameGridStagesAndItems) {
  const std::vector<std::string> lines = plan_lines(sample_plan(2));
  EXPECT_THAT(lines.at(1), HasSubstr("stage 0 64x64: steps 0 to 3"));
  EXPECT_THAT(lines.at(2), HasSubstr("stage 1 128x128: steps 2 to 3"));
  EXPECT_EQ(lines.back(), "items: 2");
}

TEST(PlanLines, TellAStageThatAnImageReplaces) {
  coordinator::RenderPlan plan = sample_plan();
  plan.task.stages[0].first_step = plan.task.stages[0].steps;
  EXPECT_THAT(plan_lines(plan).at(1), HasSubstr("stage 0 64x64: no steps, "));
}

}  // namespace
}  // namespace tessera::launch
