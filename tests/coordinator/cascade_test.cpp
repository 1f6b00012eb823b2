#include "coordinator/cascade.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "comm/rank_error.h"
#include "storage/storage_error.h"
#include "tests/coordinator/memory_frame_writer.h"
#include "tests/coordinator/recording_observer.h"
#include "tests/coordinator/sample_plan.h"
#include "tests/support/run_ranks.h"

namespace tessera::coordinator {
namespace {

using worker::Command;
using worker::CommandKind;
using worker::Outcome;

RenderPlan plan_of_two_stages() { return sample_plan({{0, 2}, {1, 2}}, 1); }

/// A run on threads: what executes commands is a function of the test, EndStage delivers a picture.
class CascadeRun {
 public:
  explicit CascadeRun(RenderPlan plan) : plan_(std::move(plan)) {}

  std::function<Outcome(int rank, const Command&)> execute = [](int, const Command&) {
    return Outcome{};
  };
  int picture_rows_missing = 0;
  std::uint64_t queue_bytes = 1 << 20;
  std::shared_ptr<MemoryFrames> frames = std::make_shared<MemoryFrames>();
  RecordingObserver observer;
  RunSaving saving;
  std::vector<int> exit_codes;

  void play(int ranks) {
    exit_codes.assign(static_cast<std::size_t>(ranks), -1);
    testing::run_ranks(ranks, [&](comm::Communicator& control) {
      int& code = exit_codes[static_cast<std::size_t>(control.rank())];
      code = control.rank() == 0 ? lead(control) : follow(control);
    });
  }

 private:
  int follow(comm::Communicator& control) {
    CommandExchange exchange(control, CascadeState(plan_.task),
                             [&](const Command& c) { return execute(control.rank(), c); });
    return serve_commands(exchange);
  }

  int lead(comm::Communicator& control) {
    OutputWriter output(
        std::make_unique<MemoryFrameWriter>(frames),
        [&](int item, int stage, int) { return order(item, stage); }, queue_bytes);
    CommandExchange exchange(control, CascadeState(plan_.task), [&](const Command& command) {
      if (command.kind == CommandKind::EndStage) deliver(output, command);
      return execute(0, command);
    });
    return Cascade(plan_, exchange, output, {&observer}, saving, std::chrono::milliseconds(50))
        .run();
  }

  std::optional<PictureOrder> order(int item, int stage) const {
    PictureOrder result;
    result.frame_index = item * static_cast<int>(plan_.task.stages.size()) + stage;
    result.path = "no/such/file.png";
    result.image = plan_.task.stages[static_cast<std::size_t>(stage)].image;
    return result;
  }

  void deliver(OutputWriter& output, const Command& command) const {
    const partition::Extent image =
        plan_.task.stages[static_cast<std::size_t>(command.stage)].image;
    const std::vector<float> row(static_cast<std::size_t>(image.cols) * 3, 0.5f);
    for (int r = 0; r < image.rows - picture_rows_missing; ++r) {
      output.put_rows(command.item, command.stage, {r, 1, image.cols, row});
    }
  }

  RenderPlan plan_;
};

Outcome failing(int code, const char* text) {
  Outcome outcome;
  outcome.exit_code = code;
  outcome.set_message(text);
  return outcome;
}

std::vector<int> all(int ranks, int code) {
  return std::vector<int>(static_cast<std::size_t>(ranks), code);
}

class CascadeRanks : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Ranks, CascadeRanks, ::testing::Values(1, 2, 3, 5, 7));

TEST_P(CascadeRanks, TellsObserversEverythingInOrder) {
  CascadeRun run(plan_of_two_stages());
  run.play(GetParam());
  EXPECT_EQ(run.exit_codes, all(GetParam(), 0));
  EXPECT_EQ(run.observer.text(), "item0 I stage0.0 B s s E stage0.1 B s E D finished");
  EXPECT_EQ(run.observer.ranks, GetParam());
  EXPECT_EQ(run.observer.summary->items_done, 1);
  EXPECT_EQ(run.observer.summary->exit_code, 0);
  EXPECT_FALSE(run.observer.failure.has_value());
}

TEST_P(CascadeRanks, KeepsThePictureOfEveryStage) {
  CascadeRun run(sample_plan({{0, 2}, {1, 2}}, 2));
  run.play(GetParam());
  ASSERT_EQ(run.observer.frames.size(), 4u);
  EXPECT_EQ(run.observer.summary->frames.size(), 4u);
  for (int frame = 0; frame < 4; ++frame) {
    EXPECT_TRUE(run.frames->frame(frame).complete) << frame;
    EXPECT_EQ(run.observer.frames[static_cast<std::size_t>(frame)].item, frame / 2);
    EXPECT_EQ(run.observer.frames[static_cast<std::size_t>(frame)].stage, frame % 2);
  }
  EXPECT_TRUE(run.frames->closed());
}

TEST_P(CascadeRanks, AFailureOfAnyRankEndsTheRunWithItsCodeAndMessage) {
  for (int rank = 0; rank < GetParam(); ++rank) {
    CascadeRun run(plan_of_two_stages());
    run.execute = [&](int me, const Command& c) {
      return me == rank && c.kind == CommandKind::BeginStage && c.stage == 1 ? failing(66, "gone")
                                                                             : Outcome{};
    };
    run.play(GetParam());
    EXPECT_EQ(run.exit_codes, all(GetParam(), 66));
    EXPECT_EQ(run.observer.text(), "item0 I stage0.0 B s s E stage0.1 B failure finished");
    EXPECT_EQ(run.observer.failure->rank, rank);
    EXPECT_EQ(run.observer.failure->message, "gone");
    EXPECT_EQ(run.observer.summary->exit_code, 66);
    EXPECT_TRUE(run.frames->frame(0).complete) << "the picture of the finished stage is kept";
  }
}

TEST_P(CascadeRanks, AFullDiskEndsAllRanksWith74) {
  CascadeRun run(plan_of_two_stages());
  run.frames->fail_after_bands = 3;
  run.play(GetParam());
  EXPECT_EQ(run.exit_codes, all(GetParam(), 74));
  EXPECT_NE(run.observer.failure->message.find("no space left"), std::string::npos);
  EXPECT_EQ(run.observer.failure->rank, 0);
}

TEST_P(CascadeRanks, ADiskThatFailsAfterTheLastStageIsNoticed) {
  CascadeRun run(sample_plan({{0, 1}}, 1));
  run.frames->fail_after_bands = 63;
  run.play(GetParam());
  EXPECT_EQ(run.exit_codes, all(GetParam(), 74));
  EXPECT_FALSE(run.frames->frame(0).complete);
}

TEST_P(CascadeRanks, AnObserverThatThrowsEndsTheRunForAll) {
  for (const std::string at : {"item0", "stage0.1", "s", "E", "finished"}) {
    CascadeRun run(plan_of_two_stages());
    run.observer.on_event = [&](const std::string& event) {
      if (event == at) throw storage::IoError("events.jsonl: disk full");
    };
    run.play(GetParam());
    EXPECT_EQ(run.exit_codes, all(GetParam(), 74)) << at;
    EXPECT_EQ(run.observer.failure->message, "events.jsonl: disk full") << at;
  }
}

TEST_P(CascadeRanks, AnUnfinishedPictureIsAnInternalError) {
  CascadeRun run(plan_of_two_stages());
  run.picture_rows_missing = 1;
  run.play(GetParam());
  EXPECT_EQ(run.exit_codes, all(GetParam(), 70));
  EXPECT_EQ(run.observer.text(), "item0 I stage0.0 B s s E failure finished");
}

TEST_P(CascadeRanks, ProgressNeverFallsAndEndsAtOne) {
  CascadeRun run(sample_plan({{0, 3}, {1, 3}, {1, 3}}, 2));
  run.play(GetParam());
  double last = 0;
  for (const CommandRecord& record : run.observer.commands) {
    EXPECT_GE(record.progress, last);
    last = record.progress;
  }
  EXPECT_NEAR(last, 1, 1e-12);
}

TEST_P(CascadeRanks, ARankThatBreaksACollectiveLeavesNobodyWaiting) {
  for (int rank = 0; rank < GetParam(); ++rank) {
    CascadeRun run(plan_of_two_stages());
    run.execute = [&](int me, const Command& c) -> Outcome {
      if (me == rank && c.kind == CommandKind::Step) throw std::domain_error("broken");
      return {};
    };
    try {
      run.play(GetParam());
      FAIL() << "the exception has to leave the run";
    } catch (const testing::RankFailure& failure) {
      EXPECT_EQ(failure.rank(), rank);
    }
  }
}

TEST(Cascade, IdlesWhileASlowOutputFillsTheQueue) {
  CascadeRun run(plan_of_two_stages());
  int idles = 0;
  run.queue_bytes = 64 * 64 * 3 * sizeof(float) + 1;  // the first picture fills it
  run.frames->shut_gate();
  run.execute = [&](int rank, const Command& command) {
    if (rank == 0 && command.kind == CommandKind::Idle) {
      ++idles;
      run.frames->open_gate();
    }
    return Outcome{};
  };
  run.play(2);
  EXPECT_EQ(run.exit_codes, all(2, 0));
  EXPECT_GE(idles, 1);
  EXPECT_TRUE(run.frames->frame(1).complete);
}

}  // namespace
}  // namespace tessera::coordinator
