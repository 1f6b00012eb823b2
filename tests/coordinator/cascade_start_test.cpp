// Runs that go on from a checkpoint: the order of their commands.
#include <gtest/gtest.h>

#include <vector>

#include "tests/coordinator/command_letters.h"

namespace tessera::coordinator {
namespace {

using worker::Command;
using worker::CommandKind;

/// Every point at which a run can be cut: the continued run is the rest of the uninterrupted one,
/// after BeginItem and BeginStage of the position.
TEST(CascadeState, ContinuesFromEveryPositionWithTheRestOfTheRun) {
  const worker::RenderTask task = walked_task();
  const std::string whole = run_to_end(CascadeState(task));
  int positions = 0;
  CascadeState state(task);
  while (const std::optional<Command> command = state.next()) {
    if (command->kind == CommandKind::Step || command->kind == CommandKind::EndStage) {
      const CascadePosition here{command->item, command->stage, command->step};
      worker::RenderTask rest_of_task = task;
      for (int item = 0; item < here.item; ++item) {
        rest_of_task.items[static_cast<std::size_t>(item)].work = worker::ItemWork::Leave;
      }
      CascadeState resumed(rest_of_task, {here, {}});
      EXPECT_EQ(resumed.next()->kind, CommandKind::BeginItem);
      resumed.apply(*resumed.next());
      const Command begin = *resumed.next();
      EXPECT_EQ(begin.kind, CommandKind::BeginStage);
      EXPECT_EQ(begin.step, here.step);
      resumed.apply(begin);
      const std::string rest = run_to_end(resumed);
      EXPECT_EQ(whole.substr(whole.size() - rest.size()), rest);
      EXPECT_EQ(rest, run_to_end(state));
      ++positions;
    }
    state.apply(*command);
  }
  EXPECT_EQ(positions, 2 * (4 + 1 + 3));
}

TEST(CascadeState, MakesLostPicturesOfTheItemBeforeItGoesOn) {
  const worker::RenderTask task = walked_task();
  EXPECT_EQ(run_to_end(CascadeState(task, {{0, 2, 2}, {0}})).substr(0, 36),
            "I0 B0.0@3 E0.0 B0.2@2 s2 E0.2 D0 I1 ");
  EXPECT_EQ(run_to_end(CascadeState(task, {{0, 2, 3}, {0, 1}})).substr(0, 45),
            "I0 B0.0@3 E0.0 B0.1@2 E0.1 B0.2@3 E0.2 D0 I1 ");
  for (const std::vector<int>& lost : {std::vector<int>{1}, {2}, {-1}, {1, 0}}) {
    EXPECT_THROW(CascadeState(task, {{0, 1, 2}, lost}), std::invalid_argument) << lost.front();
  }
}

TEST(CascadeState, GoesOnWithTheUnfinishedItemBeforeEarlierOnes) {
  worker::RenderTask task = sample_task({{0, 2}}, 4);
  task.items[1].work = worker::ItemWork::Leave;
  EXPECT_EQ(run_to_end(CascadeState(task, {{2, 0, 1}, {}})),
            "I2 B2.0@1 s1 E2.0 D2 I0 B0.0@0 s0 s1 E0.0 D0 I3 B3.0@0 s0 s1 E3.0 D3");
}

TEST(CascadeState, ACheckpointChangesNothing) {
  CascadeState plain(walked_task());
  CascadeState saved(walked_task());
  int checkpoints = 0;
  while (const std::optional<Command> command = plain.next()) {
    if (saved.may_checkpoint()) {
      const bool at_end = command->kind == CommandKind::EndStage;
      EXPECT_EQ(saved.at_stage_end(), at_end);
      saved.apply(saved.checkpoint());
      ++checkpoints;
    }
    ASSERT_EQ(letter(*saved.next()), letter(*command));
    saved.apply(*saved.next());
    plain.apply(*command);
  }
  EXPECT_EQ(checkpoints, 2 * (4 + 1 + 3));
}

TEST(CascadeState, RefusesPositionsThatTheTaskDoesNotHave) {
  const worker::RenderTask task = walked_task();
  for (const CascadePosition wrong :
       {CascadePosition{-1, 0, 0}, CascadePosition{2, 0, 0}, CascadePosition{0, -1, 0},
        CascadePosition{0, 3, 1}, CascadePosition{0, 0, -1}, CascadePosition{0, 0, 4},
        CascadePosition{0, 2, 0}}) {
    EXPECT_THROW(CascadeState(task, CascadeStart{wrong, {}}), std::invalid_argument)
        << wrong.item << " " << wrong.stage << " " << wrong.step;
  }
}

}  // namespace
}  // namespace tessera::coordinator
