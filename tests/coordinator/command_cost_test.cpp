#include "coordinator/command_cost.h"

#include <gtest/gtest.h>

#include "coordinator/cascade_state.h"
#include "tests/coordinator/sample_plan.h"

namespace tessera::coordinator {
namespace {

using worker::Command;
using worker::CommandKind;

Command command(CommandKind kind, int stage) {
  Command result;
  result.kind = kind;
  result.stage = stage;
  return result;
}

TEST(CommandCost, IsThatOfTheForecast) {
  const RenderPlan plan = sample_plan({{0, 2}, {1, 3}}, 1);
  EXPECT_EQ(command_flop(plan, command(CommandKind::BeginStage, 0)), 0);
  EXPECT_EQ(command_flop(plan, command(CommandKind::BeginStage, 1)), 200);
  EXPECT_EQ(command_flop(plan, command(CommandKind::Step, 1)), 2000);
  EXPECT_EQ(command_flop(plan, command(CommandKind::EndStage, 1)), 400);
  for (const CommandKind free :
       {CommandKind::BeginItem, CommandKind::EndItem, CommandKind::Idle, CommandKind::Stop}) {
    EXPECT_EQ(command_flop(plan, command(free, 0)), 0);
  }
}

TEST(CommandCost, AStageThatDoesNotExistCostsNothing) {
  const RenderPlan plan = sample_plan({{0, 2}}, 1);
  EXPECT_EQ(command_flop(plan, command(CommandKind::Step, 1)), 0);
  EXPECT_EQ(command_flop(plan, command(CommandKind::Step, -1)), 0);
  EXPECT_EQ(working_ranks(plan, command(CommandKind::Step, 7)), 1);
}

TEST(CommandCost, HalvesAndStripsWork) {
  RenderPlan plan = sample_plan({{0, 2}, {0, 2}}, 1);
  plan.task.grid = {8, 2, 4};
  plan.task.stages[0].strip_count = 1;
  plan.task.stages[1].strip_count = 4;
  EXPECT_EQ(working_ranks(plan, command(CommandKind::Step, 0)), 2);
  EXPECT_EQ(working_ranks(plan, command(CommandKind::Step, 1)), 8);
}

}  // namespace
}  // namespace tessera::coordinator
