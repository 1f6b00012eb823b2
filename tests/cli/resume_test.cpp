#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "storage/checkpoint_reader.h"
#include "storage/text_file.h"
#include "tests/cli/process_table.h"
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
  const std::string asked = before == 1 ? "signal USR1" : "a signal to rank 2";
  EXPECT_THAT(stopped.err, HasSubstr("stopped on request (" + asked +
                                     "). To go on: tessera resume " + run.directory().string()));
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

/// A rank that loses its launcher or a peer ends by itself.
void expect_gone(const std::vector<pid_t>& ranks) {
  EXPECT_THAT(alive_after(std::chrono::seconds(30), ranks), IsEmpty()) << "a rank outlived its job";
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
  EXPECT_GE(run.count_of_events("takeover"), 3) << "of the locks of killed starts";
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

TEST(AFinishedRun, IsRecordedAsFinishedIfItsLastStartDiedBeforeItCouldSaySo) {
  const TinyRun run;
  ASSERT_EQ(run.render(1).exit_code, 0);
  const fs::path file = run.directory() / "manifest.json";
  std::string manifest = storage::read_text(file);
  const std::string done = "\"done\"";
  ASSERT_NE(manifest.find(done), std::string::npos);
  storage::write_text(file, manifest.replace(manifest.find(done), done.size(), "\"running\""));
  EXPECT_THAT(run_tessera(1, {"inspect", run.directory().string()}).out,
              HasSubstr("state: unfinished"));
  ASSERT_EQ(run.resume(1).exit_code, 0);
  EXPECT_THAT(run_tessera(1, {"inspect", run.directory().string()}).out,
              HasSubstr("state: finished"));
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
