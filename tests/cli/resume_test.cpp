#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "storage/checkpoint_reader.h"
#include "tests/cli/tiny_run.h"

namespace tessera::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kFirstPicture = "00000_123_64x64.png";
constexpr const char* kLastPicture = "00000_123_128x128.png";

class RankCounts : public testing::TestWithParam<std::pair<int, int>> {};

TEST_P(RankCounts, GoOnWhereUsr1ToOneRankStoppedOthers) {
  const auto [before, after] = GetParam();
  const TinyRun run;
  RunningChild child = run.begin(before, run.render_arguments(), 3);
  if (before == 1) {
    child.signal(SIGUSR1);
  } else {
    const std::vector<pid_t> ranks = child.children();
    ASSERT_EQ(ranks.size(), static_cast<std::size_t>(before));
    kill(ranks.back(), SIGUSR1);
  }
  const Ended stopped = child.wait();
  ASSERT_EQ(stopped.exit_code, 75) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("tessera resume " + run.directory().string()));
  EXPECT_EQ(run.checkpoints().size(), 1u);
  const int done = run.steps_done();
  EXPECT_LT(done, 17);
  const Ended ended = run.resume(after);
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(run.steps_done(), 17) << "steps done twice, or left out";
  EXPECT_EQ(run.pictures(), uninterrupted());
}

INSTANTIATE_TEST_SUITE_P(Resume, RankCounts,
                         testing::Values(std::pair{1, 1}, std::pair{1, 3}, std::pair{3, 1}));

/// Neither gone nor a zombie that nobody has waited for.
bool is_alive(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("State:")) return line.find('Z') == std::string::npos;
  }
  return false;
}

/// Gone within 30 s, since a rank that loses its launcher or a peer ends by itself.
void expect_gone(const std::vector<pid_t>& processes) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (const pid_t process : processes) {
    while (is_alive(process) && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_FALSE(is_alive(process)) << "a rank outlived its job";
  }
}

TEST(AKilledRun, IsCompletedByTheSameCommand) {
  const TinyRun run({"--checkpoint-every", "2 steps"});
  // Before the first step, amid both stages and at the end of the first.
  for (const int steps : {0, 3, 5, 3}) {
    RunningChild child = run.begin(1, run.render_arguments(), steps);
    child.signal(SIGKILL);
    EXPECT_EQ(child.wait().exit_code, 128 + SIGKILL);
  }
  const int before = run.steps_done();
  const Ended ended = run.render(1);
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("goes on from "));
  EXPECT_LT(run.steps_done() - before, 17);
  EXPECT_EQ(run.pictures(), uninterrupted());
}

TEST(AKilledJob, IsCompletedByTheSameCommand) {
  const TinyRun run({"--checkpoint-every", "1 step"});
  {
    RunningChild child = run.begin(3, run.render_arguments(), 3);
    const std::vector<pid_t> ranks = child.children();
    ASSERT_EQ(ranks.size(), 3u);
    kill(ranks[1], SIGKILL);
    EXPECT_NE(child.wait().exit_code, 0);
    expect_gone(ranks);
  }
  {
    RunningChild child = run.begin(3, run.render_arguments(), 2);
    const std::vector<pid_t> ranks = child.children();
    child.signal(SIGKILL);
    EXPECT_EQ(child.wait().exit_code, 128 + SIGKILL);
    expect_gone(ranks);
  }
  const Ended ended = run.render(1);
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("goes on from "));
  EXPECT_EQ(run.pictures(), uninterrupted());
}

TEST(TheStopFile, StopsTheRunAndIsRemoved) {
  const TinyRun run({"--steps", "60"});  // more than a second: the file is looked for once a second
  RunningChild child = run.begin(1, run.render_arguments(), 2);
  const fs::path stop = run.directory() / "STOP";
  std::ofstream{stop};
  const Ended stopped = child.wait();
  EXPECT_EQ(stopped.exit_code, 75) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("file STOP"));
  EXPECT_FALSE(fs::exists(stop));
  EXPECT_EQ(run.checkpoints().size(), 1u);
}

TEST(Usr2, LeavesACheckpointAndGoesOn) {
  const TinyRun run({"--checkpoint-every", "0"});
  RunningChild child = run.begin(1, run.render_arguments(), 3);
  child.signal(SIGUSR2);
  EXPECT_EQ(child.wait().exit_code, 0);
  std::ifstream events(run.directory() / "events.jsonl");
  const std::string text{std::istreambuf_iterator<char>(events), {}};
  EXPECT_THAT(text,
              testing::ContainsRegex("\"file\":\"[^\"]*item-00000-stage-0-step-00[4-9].h5\""));
  EXPECT_EQ(run.steps_done(), 17);
}

TEST(Usr1, OnlySavesWhereConfiguredSo) {
  const TinyRun run({"--checkpoint-on-usr1", "checkpoint"});
  const Ended ended = run.interrupt(2);
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(run.steps_done(), 17);
}

TEST(Interrupts, StopAtTheFirst) {
  const TinyRun run;
  for (const int signal : {SIGINT, SIGTERM}) {
    RunningChild child = run.begin(1, run.render_arguments(), 2);
    child.signal(signal);
    EXPECT_EQ(child.wait().exit_code, 75);
  }
  EXPECT_EQ(run.resume(1).exit_code, 0);
  EXPECT_EQ(run.steps_done(), 17);
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

TEST(Never, StartsOver) {
  const TinyRun run;
  ASSERT_EQ(run.interrupt(4).exit_code, 75);
  const int before = run.steps_done();
  const Ended ended = run.render(1, {"--resume", "never", "-s", "7"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, Not(HasSubstr("goes on from")));
  EXPECT_EQ(run.steps_done() - before, 17);
  EXPECT_EQ(run.pictures(), uninterrupted({"-s", "7"}));
}

TEST(Require, WantsARunToGoOnWith) {
  const TinyRun run;
  for (const int ranks : {1, 3}) {
    const Ended nothing = run.render(ranks, {"--resume", "require"});
    EXPECT_EQ(nothing.exit_code, 65) << nothing.err;
    EXPECT_THAT(nothing.err, HasSubstr("holds no run to go on with"));
  }
  ASSERT_EQ(run.interrupt(3).exit_code, 75);
  EXPECT_EQ(run.render(1, {"--resume", "require"}).exit_code, 0);
  EXPECT_EQ(run.steps_done(), 17);
}

TEST(AFinishedRun, HasNothingLeftToDo) {
  const TinyRun run;
  ASSERT_EQ(run.render(1).exit_code, 0);
  const auto written = fs::last_write_time(run.picture(kLastPicture));
  for (const Ended& again : {run.render(1), run.resume(1)}) {
    EXPECT_EQ(again.exit_code, 0) << again.err;
    EXPECT_THAT(again.err, HasSubstr("nothing is left to do"));
    EXPECT_THAT(again.err, Not(HasSubstr("goes on from")));
  }
  EXPECT_EQ(run.steps_done(), 17);
  EXPECT_EQ(fs::last_write_time(run.picture(kLastPicture)), written);
}

TEST(ALostPicture, IsMadeAgainFromTheLatentsOfItsStage) {
  const TinyRun run({"--checkpoint-every", "0"});
  // Stage 1 is begun from the end of stage 0 by a start that has not rendered it.
  RunningChild child = run.begin(1, run.render_arguments(), 12);
  child.signal(SIGKILL);
  child.wait();
  ASSERT_THAT(run.checkpoints(), ElementsAre("item-00000-stage-0-end.h5"));
  ASSERT_EQ(run.interrupt(2).exit_code, 75);
  fs::remove(run.picture(kFirstPicture));
  const int before = run.steps_done();
  const Ended ended = run.render(1);
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr(kFirstPicture + std::string(" is lost or was changed")));
  EXPECT_LT(run.steps_done() - before, 7);
  EXPECT_EQ(run.pictures(), uninterrupted());
}

TEST(AFinishedRun, MakesLostAndChangedPicturesAgain) {
  const TinyRun run;
  ASSERT_EQ(run.render(1).exit_code, 0);
  const Pictures whole = run.pictures();
  fs::remove(run.picture(kFirstPicture));
  std::ofstream(run.picture(kLastPicture), std::ios::app) << "x";
  const Ended ended = run.render(1);
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr(kLastPicture + std::string(" is lost or was changed")));
  EXPECT_EQ(run.steps_done(), 17);
  EXPECT_EQ(run.pictures(), whole);
}

TEST(SeveralPrompts, AreEachMadeOnceAcrossInterruptions) {
  const std::vector<std::string> prompts{"-p", "a dog", "-p", "a hen"};
  const TinyRun run(prompts);
  ASSERT_EQ(run.interrupt(20).exit_code, 75);
  ASSERT_EQ(run.interrupt(20).exit_code, 75);
  const Ended ended = run.resume(1);
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(run.steps_done(), 3 * 17);
  const Pictures pictures = run.pictures();
  EXPECT_EQ(pictures.size(), 6u);
  EXPECT_EQ(pictures, uninterrupted(prompts));
}

TEST(AnOlderCheckpoint, IsTakenByName) {
  const TinyRun run({"--checkpoint-every", "1 step", "--checkpoint-keep", "3"});
  ASSERT_EQ(run.interrupt(5).exit_code, 75);
  const std::vector<std::string> files = run.checkpoints();
  ASSERT_EQ(files.size(), 3u);
  const std::string oldest = (run.directory() / "checkpoints" / files.front()).string();
  const int step = storage::read_checkpoint(oldest).progress.next_step;
  const int before = run.steps_done();
  const Ended missing = run.resume(1, {"--checkpoint", oldest + ".none"});
  EXPECT_EQ(missing.exit_code, 66) << missing.err;
  const Ended ended = run.resume(1, {"--checkpoint", oldest});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("goes on from " + oldest));
  EXPECT_EQ(run.steps_done() - before, 17 - step);
  EXPECT_EQ(run.pictures(), uninterrupted());
}

TEST(ATrace, IsRefusedWhereItWouldLackTheBegin) {
  const TinyRun run;
  ASSERT_EQ(run.interrupt(3).exit_code, 75);
  const std::string trace = (run.directory() / "t.safetensors").string();
  const Ended refused = run.render(1, {"--trace", trace});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--trace: the run goes on from a checkpoint"));
  EXPECT_FALSE(fs::exists(trace));
}

}  // namespace
}  // namespace tessera::cli
