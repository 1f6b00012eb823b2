#include "coordinator/stage_bench.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "comm/deadline_source.h"
#include "configs/job_config.h"
#include "coordinator/planner.h"
#include "tests/coordinator/sample_models.h"
#include "tests/support/run_ranks.h"

namespace tessera::coordinator {
namespace {

using worker::Command;
using worker::CommandKind;
using worker::Outcome;

RenderPlan plan_of(int ranks) {
  configs::JobConfig job;
  job.prompts = {{.text = "a"}};
  job.cascade.resolutions = {{256, 256}, {512, 512}};
  return plan_render(job, small_outline(), ranks);
}

/// Rank r takes r + 1 ms in a step; dilated ones take ten times as long.
Outcome fake(const RenderPlan& plan, const Command& command, int rank) {
  Outcome outcome;
  outcome.serial = command.serial;
  outcome.step_seconds = outcome.unet_seconds = 1e-3 * (rank + 1);
  const auto& stage = plan.task.stages[static_cast<std::size_t>(command.stage)];
  if (command.kind == CommandKind::Step && command.step < stage.dilated_until_step) {
    outcome.step_seconds *= 10;
  }
  if (command.kind == CommandKind::BeginStage) outcome.step_seconds = 7;
  if (command.kind == CommandKind::EndStage) outcome.step_seconds = 9;
  outcome.wait_seconds = 0.5e-3;
  outcome.bytes_sent = 100 * static_cast<std::uint64_t>(rank);
  outcome.memory_peak = 1000;
  return outcome;
}

std::vector<StageTimings> measure(int ranks, std::vector<CommandKind>* kinds = nullptr) {
  const RenderPlan plan = plan_of(ranks);
  std::vector<StageTimings> timings;
  testing::run_ranks(ranks, [&](comm::Communicator& world) {
    comm::DeadlineSource source(std::chrono::seconds(60));
    CommandDeadline deadline(plan, source, std::nullopt);
    const auto measured = bench_stages(plan, world,
                                       [&](const Command& command) {
                                         if (world.rank() == 0 && kinds != nullptr)
                                           kinds->push_back(command.kind);
                                         return fake(plan, command, world.rank());
                                       },
                                       deadline, {1, 3});
    if (world.rank() == ranks - 1) timings = measured;
  });
  return timings;
}

TEST(StageBench, TimesTheSlowestRankAndLeavesTheWarmUpOut) {
  const auto timings = measure(2);
  ASSERT_EQ(timings.size(), 2U);
  EXPECT_TRUE(timings[0].dilated_steps.empty());
  ASSERT_EQ(timings[1].steps.size(), 3U);
  EXPECT_DOUBLE_EQ(timings[1].steps[0], 2e-3);
  EXPECT_DOUBLE_EQ(timings[1].dilated_steps[0], 2e-2);
  EXPECT_EQ(timings[1].step_bytes, 100U);
  EXPECT_DOUBLE_EQ(timings[1].transition, 7);
  EXPECT_DOUBLE_EQ(timings[1].decode, 9);
  EXPECT_DOUBLE_EQ(timings[1].wait_share, 0.25);
  EXPECT_EQ(timings[1].memory_peak, 1000U);
}

TEST(StageBench, GoesThroughTheStagesAsARenderDoes) {
  std::vector<CommandKind> kinds;
  measure(1, &kinds);
  EXPECT_EQ(kinds.front(), CommandKind::BeginItem);
  EXPECT_EQ(kinds[1], CommandKind::BeginStage);
  EXPECT_EQ(kinds[2], CommandKind::Step);
  EXPECT_EQ(kinds.back(), CommandKind::EndItem);
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), CommandKind::Step), 5 + 9);
}

TEST(StageBench, EndsOnAllRanksWithTheMessageOfTheOneThatFails) {
  const RenderPlan plan = plan_of(2);
  try {
    testing::run_ranks(2, [&](comm::Communicator& world) {
      comm::DeadlineSource source(std::chrono::seconds(60));
      CommandDeadline deadline(plan, source, std::nullopt);
      bench_stages(plan, world,
                   [&](const Command& command) {
                     Outcome outcome = fake(plan, command, world.rank());
                     if (world.rank() == 1 && command.kind == CommandKind::Step) {
                       outcome.exit_code = 71;
                       outcome.set_message("no memory");
                     }
                     return outcome;
                   },
                   deadline, {0, 1});
    });
    FAIL() << "expected an error";
  } catch (const std::exception& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("rank 1, Step"), std::string::npos) << text;
    EXPECT_NE(text.find("no memory"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace tessera::coordinator
