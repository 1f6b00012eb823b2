// How a run is told to stop or to save, and that it does: exit code, message and what is left to go
// on with. Each request can reach any rank, or mpirun, which hands some of them on.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/cli/process_table.h"
#include "tests/cli/tiny_run.h"

namespace tessera::cli {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int kSteps = 17;  // of both stages of a TinyRun
constexpr std::chrono::seconds kPatience(60);

pid_t rank_of(const RunningChild& job, std::size_t rank) { return job.children().at(rank); }

/// The stopped run is resumed on another number of ranks; no step is left out or done twice.
void expect_exact_rest(const TinyRun& run, int ranks) {
  EXPECT_LT(run.steps_done(), kSteps);
  const Ended ended = run.resume(ranks);
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(run.steps_done(), kSteps) << "steps done twice, or left out";
  EXPECT_EQ(run.pictures(), uninterrupted());
}

/// A run that saves at stage ends only, and was told after its third step to save.
void expect_saved_amid_stage_0(const TinyRun& run) {
  EXPECT_THAT(run.files_of_events("checkpoint"),
              Contains(ContainsRegex("item-00000-stage-0-step-00[4-9].h5")));
  EXPECT_EQ(run.steps_done(), kSteps);
}

/// Until the last picture of a run is begun: from then on nothing stops it. False if it has ended.
bool await_last_picture(const TinyRun& run, RunningChild& child) {
  const auto is_picture = [](const fs::path& file) {
    return file.parent_path().filename() == "images";
  };
  while (child.running()) {
    const std::vector<fs::path> begun = run.leftovers();
    if (run.steps_done() == kSteps && std::any_of(begun.begin(), begun.end(), is_picture)) {
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

/// Starts on one rank, and on three.
class OnRanks : public testing::TestWithParam<int> {};

TEST_P(OnRanks, TheStopFileStopsTheRunAndIsRemoved) {
  const TinyRun run({"--steps", "60"});  // more than a second: the file is looked for once a second
  RunningChild child = run.begin(GetParam(), run.render_arguments(), 2);
  const fs::path stop = run.directory() / "STOP";
  std::ofstream{stop};
  const Ended stopped = child.wait();
  EXPECT_EQ(stopped.exit_code, 75) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("stopped on request (file STOP)"));
  EXPECT_FALSE(fs::exists(stop));
  EXPECT_THAT(run.checkpoints(), SizeIs(1));
}

TEST_P(OnRanks, ATimeLimitThatIsTooShortStillGetsAStepPerStart) {
  const TinyRun run({"--checkpoint-time-limit", "1s"});
  for (const int steps : {1, 2, 3}) {
    const Ended stopped = run.render(GetParam());
    EXPECT_EQ(stopped.exit_code, 75) << stopped.err;
    EXPECT_THAT(stopped.err, HasSubstr("every start stops after its first step"));
    EXPECT_THAT(stopped.err, ContainsRegex("stopped on request .time limit: [01] s left."));
    EXPECT_EQ(run.steps_done(), steps);
  }
}

TEST_P(OnRanks, Usr1StopsAllThatTheLauncherStarted) {
  const TinyRun run;
  RunningChild child = run.begin(GetParam(), run.render_arguments(), 3);
  child.signal(SIGUSR1);
  const Ended stopped = child.wait();
  ASSERT_EQ(stopped.exit_code, 75) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("asked to stop (signal USR1)"));
  EXPECT_THAT(stopped.err, HasSubstr("stopped on request (signal USR1)"));
  EXPECT_EQ(run.count_of_events("stop_requested"), 1);
  EXPECT_THAT(run.checkpoints(), SizeIs(1));
  expect_exact_rest(run, 2);
}

/// From the first step on to the last instruction: also while the state is saved and MPI closes.
TEST_P(OnRanks, SignalsThatGoOnUntilTheEndDoNotChangeTheExitCode) {
  const TinyRun run;
  RunningChild child = run.begin(GetParam(), run.render_arguments(), 3);
  const std::vector<pid_t> ranks =
      GetParam() == 1 ? std::vector<pid_t>{child.process()} : child.children();
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  bool living = true;
  while (living && std::chrono::steady_clock::now() < deadline) {
    living = false;
    for (const pid_t rank : ranks)
      living = (is_alive(rank) && ::kill(rank, SIGUSR1) == 0) || living;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const Ended stopped = child.wait();
  EXPECT_EQ(stopped.exit_code, 75) << stopped.err;
  expect_exact_rest(run, 2);
}

TEST_P(OnRanks, Usr2LeavesACheckpointAndGoesOn) {
  const TinyRun run({"--checkpoint-every", "0"});
  RunningChild child = run.begin(GetParam(), run.render_arguments(), 3);
  child.signal(SIGUSR2);
  EXPECT_EQ(child.wait().exit_code, 0);
  expect_saved_amid_stage_0(run);
}

TEST_P(OnRanks, Usr1OnlySavesWhereConfiguredSo) {
  const TinyRun run({"--checkpoint-every", "0", "--checkpoint-on-usr1", "checkpoint"});
  RunningChild child = run.begin(GetParam(), run.render_arguments(), 3);
  child.signal(SIGUSR1);
  const Ended ended = child.wait();
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  expect_saved_amid_stage_0(run);
}

INSTANTIATE_TEST_SUITE_P(StopRequests, OnRanks, testing::Values(1, 3));

TEST(TheStopFile, IsRemovedFromARunThatIsDoneBeforeItIsSeen) {
  const TinyRun run({"--resolutions", "64,512"});  // the end of the last stage takes its time
  RunningChild child = run.begin(1, run.render_arguments(), kSteps);
  ASSERT_TRUE(await_last_picture(run, child)) << child.wait().err;
  child.signal_and_wait(SIGSTOP);
  ASSERT_EQ(run.state(), "running") << "the run was over too soon";
  const fs::path stop = run.directory() / "STOP";
  std::ofstream{stop};
  child.signal(SIGCONT);
  const Ended ended = child.wait();
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_FALSE(fs::exists(stop));
  std::ofstream{stop};
  EXPECT_EQ(run.render(1).exit_code, 0);
  EXPECT_FALSE(fs::exists(stop)) << "a start that has nothing to do";
}

TEST(OneRankOfThree, SavesForAllOnUsr2) {
  const TinyRun run({"--checkpoint-every", "0"});
  RunningChild child = run.begin(3, run.render_arguments(), 3);
  kill(rank_of(child, 2), SIGUSR2);
  EXPECT_EQ(child.wait().exit_code, 0);
  expect_saved_amid_stage_0(run);
}

TEST(OneRankOfThree, StopsAllOnceThoughAnotherIsToldAStepLater) {
  const TinyRun run({"--checkpoint-every", "0"});
  RunningChild child = run.begin(3, run.render_arguments(), 2);
  const pid_t second = rank_of(child, 1);
  signal_and_wait(rank_of(child, 2), SIGUSR1);
  const int steps = run.steps_done();
  while (child.running() && run.steps_done() == steps) std::this_thread::yield();
  kill(second, SIGUSR1);
  const Ended stopped = child.wait();
  ASSERT_EQ(stopped.exit_code, 75) << stopped.err;
  EXPECT_THAT(stopped.err, ContainsRegex("stopped on request .a signal to rank [12].\\. "));
  EXPECT_THAT(run.files_of_events("checkpoint"), SizeIs(1));
  expect_exact_rest(run, 1);
}

TEST(OneRankOfThree, AbortsTheJobAtTheSecondInterrupt) {
  const TinyRun run({"--resolutions", "256", "--checkpoint-every", "1 steps"});
  RunningChild child = run.begin(3, run.render_arguments(), 3);
  const pid_t rank = rank_of(child, 1);
  const std::vector<pid_t> ranks = child.children();
  signal_and_wait(rank, SIGINT);
  kill(rank, SIGINT);
  const Ended aborted = child.wait();
  EXPECT_EQ(aborted.exit_code, 130) << aborted.err;
  EXPECT_THAT(aborted.err, HasSubstr("aborted at once"));
  EXPECT_THAT(alive_after(kPatience, ranks), IsEmpty()) << "a rank outlived its job";
  EXPECT_EQ(run.resume(2).exit_code, 0);
}

TEST(Interrupts, StopAtTheFirst) {
  const TinyRun run;
  for (const int signal : {SIGINT, SIGTERM}) {
    RunningChild child = run.begin(1, run.render_arguments(), 2);
    child.signal(signal);
    EXPECT_EQ(child.wait().exit_code, 75);
  }
  expect_exact_rest(run, 1);
}

TEST(Interrupts, AbortAtTheSecond) {
  const TinyRun run({"--resolutions", "256"});  // a step is longer than the time between the two
  RunningChild child = run.begin(1, run.render_arguments(), 1);
  child.signal_and_wait(SIGINT);
  child.signal(SIGINT);
  const Ended aborted = child.wait();
  EXPECT_EQ(aborted.exit_code, 130) << aborted.err;
  EXPECT_THAT(aborted.err, HasSubstr("aborted at once"));
}

/// So long that a run is not over in the second that mpirun lets its ranks.
const std::vector<std::string> kManySteps{"--checkpoint-every", "1 steps", "--steps", "80"};

/// INT and TERM to mpirun, which lets its ranks a second.
class MpirunEnds : public testing::TestWithParam<int> {};

TEST_P(MpirunEnds, ItsRanksAndTheLastCheckpointCounts) {
  const TinyRun run(kManySteps);
  RunningChild child = run.begin(3, run.render_arguments(), 3);
  const std::vector<pid_t> ranks = child.children();
  child.signal(GetParam());
  const Ended ended = child.wait();
  EXPECT_EQ(ended.exit_code, 1) << ended.err;
  EXPECT_THAT(alive_after(kPatience, ranks), IsEmpty()) << "a rank outlived its job";
  const Ended rest = run.resume(2);
  ASSERT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_THAT(rest.err, HasSubstr("goes on from "));
  EXPECT_EQ(run.pictures(), uninterrupted(kManySteps));
}

INSTANTIATE_TEST_SUITE_P(StopRequests, MpirunEnds, testing::Values(SIGINT, SIGTERM));

TEST(Mpirun, InterruptedTwiceLeavesTheLastCheckpoint) {
  const TinyRun run(kManySteps);
  RunningChild child = run.begin(3, run.render_arguments(), 3);
  const std::vector<pid_t> ranks = child.children();
  child.signal_and_wait(SIGINT);
  child.signal(SIGINT);
  EXPECT_EQ(child.wait().exit_code, 1);
  EXPECT_THAT(alive_after(kPatience, ranks), IsEmpty()) << "a rank outlived its job";
  const Ended rest = run.resume(1);
  ASSERT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_EQ(run.pictures(), uninterrupted(kManySteps));
}

}  // namespace
}  // namespace tessera::cli
