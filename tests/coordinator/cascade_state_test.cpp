#include "coordinator/cascade_state.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "coordinator/command_text.h"
#include "tests/coordinator/command_letters.h"
#include "tests/coordinator/sample_task.h"

namespace tessera::coordinator {
namespace {

using worker::Command;
using worker::CommandKind;

constexpr CommandKind kAllKinds[] = {
    CommandKind::BeginItem, CommandKind::BeginStage, CommandKind::Step, CommandKind::Checkpoint,
    CommandKind::EndStage,  CommandKind::EndItem,    CommandKind::Idle, CommandKind::Stop};

TEST(CascadeState, RunsEveryStageOfEveryItemInOrder) {
  EXPECT_EQ(run_to_end(CascadeState(walked_task())),
            "I0 B0.0@0 s0 s1 s2 E0.0 B0.1@2 E0.1 B0.2@1 s1 s2 E0.2 D0 "
            "I1 B1.0@0 s0 s1 s2 E1.0 B1.1@2 E1.1 B1.2@1 s1 s2 E1.2 D1");
}

TEST(CascadeState, IsFinishedAtOnceWithoutItems) {
  const CascadeState state(sample_task({{0, 3}}, 0));
  EXPECT_TRUE(state.finished());
  EXPECT_FALSE(state.next().has_value());
}

TEST(CascadeState, PassesItemsThatAreLeft) {
  worker::RenderTask task = sample_task({{0, 1}}, 5);
  for (const std::size_t item : {0u, 2u, 4u}) task.items[item].work = worker::ItemWork::Leave;
  EXPECT_EQ(run_to_end(CascadeState(task)), "I1 B1.0@0 s0 E1.0 D1 I3 B3.0@0 s0 E3.0 D3");
  EXPECT_EQ(run_to_end(CascadeState(task, {{3, 0, 1}, {}})),
            "I3 B3.0@1 E3.0 D3 I1 B1.0@0 s0 E1.0 D1");
  EXPECT_THROW(CascadeState(task, {{2, 0, 0}, {}}), std::invalid_argument);
  for (worker::ItemTask& item : task.items) item.work = worker::ItemWork::Leave;
  EXPECT_TRUE(CascadeState(task).finished());
}

TEST(CascadeState, RefusesATaskWithoutStages) {
  EXPECT_THROW(CascadeState(sample_task({}, 1)), std::invalid_argument);
}

TEST(CascadeState, NumbersCommandsFromOneWithoutAGap) {
  CascadeState state(walked_task());
  std::uint32_t serial = 0;
  while (const std::optional<Command> command = state.next()) {
    ASSERT_EQ(command->serial, ++serial);
    state.apply(*command);
    const Command idle = state.idle();
    ASSERT_EQ(idle.serial, ++serial);
    state.apply(idle);
  }
  EXPECT_EQ(state.stop(0).serial, serial + 1);
}

TEST(CascadeState, IdleLeavesUnchangedWhatIsNext) {
  CascadeState plain(walked_task());
  CascadeState idled(walked_task());
  while (const std::optional<Command> command = plain.next()) {
    idled.apply(idled.idle());
    ASSERT_EQ(letter(*idled.next()), letter(*command));
    idled.apply(*idled.next());
    plain.apply(*command);
  }
}

/// What may follow what, written down a second time: by kind of the last working command.
bool may_follow(const Command* last, const Command& c, const worker::RenderTask& task) {
  const int last_stage = static_cast<int>(task.stages.size()) - 1;
  const auto& stages = task.stages;
  const auto steps = [&](int stage) { return stages[static_cast<std::size_t>(stage)].steps; };
  const auto first = [&](int stage) { return stages[static_cast<std::size_t>(stage)].first_step; };
  if (c.kind == CommandKind::Idle || c.kind == CommandKind::Stop) return true;
  if (last == nullptr) {
    return c.kind == CommandKind::BeginItem && c.item == 0 && c.stage == 0 && c.step == 0;
  }
  switch (last->kind) {
    case CommandKind::BeginItem:
      return c.kind == CommandKind::BeginStage && c.item == last->item && c.stage == 0 &&
             c.step == first(0);
    case CommandKind::BeginStage:
    case CommandKind::Step: {
      const int due = last->kind == CommandKind::Step ? last->step + 1 : last->step;
      if (c.kind == CommandKind::Checkpoint) {
        return c.item == last->item && c.stage == last->stage && c.step == due;
      }
      const CommandKind kind = due < steps(last->stage) ? CommandKind::Step : CommandKind::EndStage;
      return c.kind == kind && c.item == last->item && c.stage == last->stage && c.step == due;
    }
    case CommandKind::EndStage:
      if (last->stage == last_stage) {
        return c.kind == CommandKind::EndItem && c.item == last->item && c.stage == 0 &&
               c.step == 0;
      }
      return c.kind == CommandKind::BeginStage && c.item == last->item &&
             c.stage == last->stage + 1 && c.step == first(last->stage + 1);
    case CommandKind::EndItem:
      return c.kind == CommandKind::BeginItem && c.item == last->item + 1 &&
             c.item < static_cast<int>(task.items.size()) && c.stage == 0 && c.step == 0;
    default:
      return false;
  }
}

/// Every command with small field values against `state`; returns how many are legal.
int check_all_commands(const CascadeState& state, const Command* last,
                       const worker::RenderTask& task, std::uint32_t serial) {
  int legal = 0;
  for (const CommandKind kind : kAllKinds) {
    for (int item = -1; item <= 2; ++item) {
      for (int stage = -1; stage <= 3; ++stage) {
        for (int step = -1; step <= 4; ++step) {
          const Command command{kind, serial, item, stage, step, 0};
          const bool expected = may_follow(last, command, task);
          EXPECT_EQ(state.objection(command) == nullptr, expected) << describe(command);
          legal += expected ? 1 : 0;
        }
      }
    }
  }
  return legal;
}

TEST(CascadeState, AllowsExactlyWhatMayFollowAtEveryPosition) {
  const worker::RenderTask task = walked_task();
  CascadeState state(task);
  std::optional<Command> last;
  std::uint32_t serial = 0;
  const int anywhere = 2 * 4 * 5 * 6;  // Idle and Stop, whatever their other fields
  for (;;) {
    const int legal = check_all_commands(state, last ? &*last : nullptr, task, serial + 1);
    const std::optional<Command> next = state.next();
    ASSERT_EQ(legal, anywhere + (next ? 1 : 0) + (state.may_checkpoint() ? 1 : 0));
    if (!next) break;
    state.apply(*next);
    last = next;
    serial = next->serial;
  }
  EXPECT_TRUE(state.finished());
}

TEST(CascadeState, EndStageComesBeforeTheNextBeginStage) {
  CascadeState state(sample_task({{0, 1}, {0, 1}}, 1));
  for (int i = 0; i < 3; ++i) state.apply(*state.next());
  ASSERT_EQ(state.next()->kind, CommandKind::EndStage);
  Command early{CommandKind::BeginStage, 4, 0, 1, 0, 0};
  EXPECT_THROW(state.apply(early), ProtocolError);
}

TEST(CascadeState, RefusesARepeatedSerialAndAGap) {
  for (const std::uint32_t serial : {0u, 1u, 3u, 4u}) {
    CascadeState state(walked_task());
    state.apply(*state.next());
    Command command = *state.next();
    command.serial = serial;
    EXPECT_THROW(state.apply(command), ProtocolError) << serial;
  }
}

TEST(CascadeState, StaysInPlaceAfterARefusalAndCanStillStop) {
  CascadeState state(walked_task());
  state.apply(*state.next());
  const Command wrong{CommandKind::EndItem, 7, 0, 0, 0, 0};
  EXPECT_THROW(state.apply(wrong), ProtocolError);
  EXPECT_EQ(letter(*state.next()), "B0.0@0");
  const Command stop = state.stop(70);
  EXPECT_EQ(stop.serial, 8u);
  EXPECT_EQ(stop.argument, 70);
  state.apply(stop);
  EXPECT_TRUE(state.stopped());
}

TEST(CascadeState, NothingFollowsStop) {
  CascadeState state(walked_task());
  state.apply(state.stop(0));
  EXPECT_FALSE(state.next().has_value());
  for (const CommandKind kind : kAllKinds) {
    EXPECT_NE(state.objection({kind, 2, 0, 0, 0, 0}), nullptr) << name_of(kind);
  }
}

TEST(CascadeState, ProtocolErrorNamesWhatCameAndWhatIsDue) {
  CascadeState state(walked_task());
  try {
    state.apply({CommandKind::Step, 1, 0, 0, 2, 0});
    FAIL() << "no error";
  } catch (const ProtocolError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("Step (serial 1, item 0, stage 0, step 2)"), std::string::npos) << text;
    EXPECT_NE(text.find("due is BeginItem"), std::string::npos) << text;
  }
}

TEST(CascadeState, RunsNoStepOfAStageThatStartsAtItsEnd) {
  const worker::RenderTask task = sample_task({{2, 2}, {1, 2}}, 1);
  EXPECT_EQ(run_to_end(CascadeState(task)), "I0 B0.0@2 E0.0 B0.1@1 s1 E0.1 D0");
}

}  // namespace
}  // namespace tessera::coordinator
