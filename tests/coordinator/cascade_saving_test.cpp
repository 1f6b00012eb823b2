// When a cascade saves its state, and how it stops on request.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

#include "coordinator/cascade.h"
#include "storage/checkpoint_reader.h"
#include "tests/coordinator/memory_frame_writer.h"
#include "tests/coordinator/recording_observer.h"
#include "tests/coordinator/sample_plan.h"
#include "tests/coordinator/scratch_directory.h"
#include "tests/support/run_ranks.h"

namespace tessera::coordinator {
namespace {

using worker::Command;
using worker::CommandKind;
using worker::Outcome;

/// A run on threads whose Checkpoint commands give the checkpointer a canvas of one value.
class SavingRun {
 public:
  explicit SavingRun(RenderPlan plan) : plan_(std::move(plan)) {
    saving.config.every = {};  // stage ends alone, unless a test wants more
  }

  /// Bits that a rank asks for after a command.
  std::function<std::uint32_t(int rank, const Command&)> ask = [](int, const Command&) {
    return worker::kRequestNothing;
  };
  float latent_value = 0.5f;
  CascadeStart start;
  RunSaving saving;
  RecordingObserver observer;
  std::vector<int> exit_codes;
  std::filesystem::path folder() const { return scratch_.path() / "checkpoints"; }

  std::string play(int ranks) {
    exit_codes.assign(static_cast<std::size_t>(ranks), -1);
    testing::run_ranks(ranks, [&](comm::Communicator& control) {
      int& code = exit_codes[static_cast<std::size_t>(control.rank())];
      code = control.rank() == 0 ? lead(control) : follow(control);
    });
    return observer.text();
  }

 private:
  CascadeState first_state() const {
    return saving.resumed_at ? CascadeState(plan_.task, start) : CascadeState(plan_.task);
  }

  Outcome answer(int rank, const Command& command) const {
    Outcome outcome;
    outcome.requests = ask(rank, command);
    return outcome;
  }

  int follow(comm::Communicator& control) {
    CommandExchange exchange(control, first_state(),
                             [&](const Command& c) { return answer(control.rank(), c); });
    return serve_commands(exchange);
  }

  worker::StageSnapshot snapshot(const Command& command) const {
    const partition::Extent latent =
        plan_.task.stages[static_cast<std::size_t>(command.stage)].latent;
    const storage::CheckpointArray canvas{
        {1, 4, latent.rows, latent.cols},
        std::vector<float>(4 * static_cast<std::size_t>(latent.area()), latent_value)};
    return {command.item, command.stage, command.step, canvas,
            command.stage > 0 ? canvas : storage::CheckpointArray()};
  }

  int lead(comm::Communicator& control) {
    storage::CheckpointData base;
    base.picture_keys = "{}";
    base.config_hash = base.plan_hash = std::string(64, 'a');
    Checkpointer checkpointer(base, plan_.task, storage::CheckpointWriter(folder(), 2),
                              [] { return std::vector<storage::CheckpointOutput>(); });
    OutputWriter output(
        std::make_unique<MemoryFrameWriter>(std::make_shared<MemoryFrames>()),
        [](int, int, int) { return std::nullopt; }, 1 << 20);
    CommandExchange exchange(control, first_state(), [&](const Command& command) {
      if (command.kind == CommandKind::Checkpoint) checkpointer.keep(snapshot(command));
      return answer(0, command);
    });
    saving.checkpointer = &checkpointer;
    return Cascade(plan_, exchange, output, {&observer}, saving, std::chrono::milliseconds(50))
        .run();
  }

  RenderPlan plan_;
  ScratchDirectory scratch_;
};

std::vector<int> all(int ranks, int code) {
  return std::vector<int>(static_cast<std::size_t>(ranks), code);
}

/// The words without those whose time depends on the writing thread.
std::string commands_of(const RecordingObserver& observer) {
  std::string text;
  for (const std::string& event : observer.events) {
    if (event != "saved" && event != "unsaved") text += (text.empty() ? "" : " ") + event;
  }
  return text;
}

class SavingRanks : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Ranks, SavingRanks, ::testing::Values(1, 2, 3, 5));

TEST_P(SavingRanks, SavesTheEndOfEveryStageBeforeItsPicture) {
  SavingRun run(sample_plan({{0, 2}, {1, 2}}, 1));
  run.play(GetParam());
  EXPECT_EQ(run.exit_codes, all(GetParam(), 0));
  EXPECT_EQ(commands_of(run.observer), "item0 I stage0.0 B s s C E stage0.1 B s C E D finished");
  ASSERT_EQ(run.observer.checkpoints.size(), 2u);
  const storage::FoundCheckpoint found = storage::find_checkpoint(run.folder());
  ASSERT_TRUE(found.data);
  EXPECT_TRUE(found.rejected.empty());
  EXPECT_EQ(found.data->progress.stage, 1);
  EXPECT_TRUE(found.data->progress.at_stage_end());
  EXPECT_EQ(found.data->stages.size(), 1u);
}

TEST_P(SavingRanks, ARequestOfAnyRankStopsAllAtTheNextStepWithACheckpoint) {
  for (int asking = 0; asking < GetParam(); ++asking) {
    SavingRun run(sample_plan({{0, 3}, {1, 3}}, 1));
    run.ask = [&](int rank, const Command& c) {
      const bool here = rank == asking && c.kind == CommandKind::Step && c.stage == 1;
      return here ? worker::kRequestStop : worker::kRequestNothing;
    };
    run.saving.stop_reason = [](int rank) { return "rank " + std::to_string(rank); };
    run.play(GetParam());
    EXPECT_EQ(run.exit_codes, all(GetParam(), 75));
    EXPECT_EQ(run.observer.summary->stop_reason, "rank " + std::to_string(asking));
    ASSERT_TRUE(run.observer.stop_request);
    EXPECT_EQ(run.observer.stop_request->rank, asking);
    EXPECT_EQ(run.observer.stop_request->reason, run.observer.summary->stop_reason);
    EXPECT_EQ(std::ranges::count(run.observer.events, "asked"), 1);
    EXPECT_EQ(commands_of(run.observer),
              "item0 I stage0.0 B s s s C E stage0.1 B s asked C finished");
    const storage::FoundCheckpoint found = storage::find_checkpoint(run.folder());
    ASSERT_TRUE(found.data);
    EXPECT_EQ(found.data->progress.stage, 1);
    EXPECT_EQ(found.data->progress.next_step, 2);
    EXPECT_EQ(run.observer.summary->exit_code, 75);
    EXPECT_FALSE(run.observer.failure);
  }
}

TEST(CascadeSaving, WritesOnRequestAndGoesOn) {
  SavingRun run(sample_plan({{0, 3}}, 1));
  run.ask = [](int rank, const Command& c) {
    const bool here = rank == 1 && c.kind == CommandKind::Step && c.step == 0;
    return here ? worker::kRequestCheckpoint : worker::kRequestNothing;
  };
  run.play(2);
  EXPECT_EQ(run.exit_codes, all(2, 0));
  EXPECT_EQ(commands_of(run.observer), "item0 I stage0.0 B s C s s C E D finished");
}

TEST(CascadeSaving, CountsStepsBetweenPeriodicCheckpoints) {
  SavingRun run(sample_plan({{0, 5}}, 1));
  run.saving.config.every.steps = 2;
  run.play(1);
  EXPECT_EQ(run.exit_codes, all(1, 0));
  // One that falls due while another is written waits, so the middle depends on the disk.
  EXPECT_TRUE(commands_of(run.observer).starts_with("item0 I stage0.0 B s s C s "));
  EXPECT_TRUE(commands_of(run.observer).ends_with("s C E D finished"));
}

TEST(CascadeSaving, StopsAtOnceBetweenStagesAndItemsWithoutASecondFile) {
  for (const CommandKind kind : {CommandKind::EndStage, CommandKind::BeginItem}) {
    SavingRun run(sample_plan({{0, 2}, {1, 2}}, 2));
    run.ask = [&](int, const Command& c) {
      return c.kind == kind ? worker::kRequestStop : worker::kRequestNothing;
    };
    run.play(2);
    EXPECT_EQ(run.exit_codes, all(2, 75));
    EXPECT_EQ(commands_of(run.observer), kind == CommandKind::BeginItem
                                             ? "item0 I asked finished"
                                             : "item0 I stage0.0 B s s C E asked finished");
  }
}

TEST(CascadeSaving, EndsAsUsualWhenAskedToStopAfterItsLastState) {
  SavingRun run(sample_plan({{0, 2}}, 1));
  run.ask = [](int, const Command& c) {
    return c.kind == CommandKind::EndItem ? worker::kRequestStop : worker::kRequestNothing;
  };
  run.play(2);
  EXPECT_EQ(run.exit_codes, all(2, 0));
  EXPECT_EQ(commands_of(run.observer), "item0 I stage0.0 B s s C E D asked finished");
}

TEST(CascadeSaving, GoesOnFromWhereItStoppedWithoutSavingThatAgain) {
  SavingRun run(sample_plan({{0, 3}, {1, 3}}, 1));
  run.start = {{0, 1, 2}, {0}};
  run.saving.resumed_at = run.start.position;
  run.play(2);
  EXPECT_EQ(commands_of(run.observer), "item0 I stage0.0 B E stage0.1 B s C E D finished");
}

TEST(CascadeSaving, ASecondStartThatFinishesNoStepEndsTheLoop) {
  SavingRun run(sample_plan({{0, 3}}, 1));
  run.saving.idle_starts = 1;
  run.ask = [](int, const Command&) { return worker::kRequestStop; };
  run.play(2);
  EXPECT_EQ(run.exit_codes, all(2, 70));
  EXPECT_NE(run.observer.failure->message.find("two starts in a row"), std::string::npos);
}

TEST(CascadeSaving, ADiskThatRefusesIsWarnedOfTwiceAndEndsTheRunTheThirdTime) {
  SavingRun run(sample_plan({{0, 2}, {0, 2}, {0, 2}, {0, 2}}, 1));
  std::ofstream(run.folder()) << "a file where the folder should be";
  run.play(2);
  EXPECT_EQ(run.exit_codes, all(2, 74));
  ASSERT_EQ(run.observer.checkpoints.size(), 3u);
  for (const CheckpointRecord& record : run.observer.checkpoints) EXPECT_FALSE(record.written());
  EXPECT_NE(run.observer.failure->message.find("three checkpoints in a row"), std::string::npos);
}

TEST(CascadeSaving, LatentsThatAreNoNumbersEndTheRunAtTheirFirstCheckpoint) {
  SavingRun run(sample_plan({{0, 2}, {0, 2}, {0, 2}, {0, 2}}, 1));
  run.latent_value = std::numeric_limits<float>::quiet_NaN();
  run.play(2);
  EXPECT_EQ(run.exit_codes, all(2, 65));
  EXPECT_TRUE(run.observer.checkpoints.empty());
  EXPECT_NE(run.observer.failure->message.find("not a finite number"), std::string::npos);
}

TEST(CascadeSaving, ARequestedStopWithoutAFileIsAnError) {
  SavingRun run(sample_plan({{0, 3}}, 1));
  std::ofstream(run.folder()) << "a file where the folder should be";
  run.ask = [](int, const Command& c) {
    return c.kind == CommandKind::Step ? worker::kRequestStop : worker::kRequestNothing;
  };
  run.play(2);
  EXPECT_EQ(run.exit_codes, all(2, 74));
  EXPECT_NE(run.observer.failure->message.find("asked to stop"), std::string::npos);
}

}  // namespace
}  // namespace tessera::coordinator
