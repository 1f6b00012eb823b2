// Many prompts in one run that is interrupted: each picture is made once.
#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <thread>

#include "tests/cli/process_table.h"
#include "tests/cli/tiny_run.h"

namespace tessera::cli {
namespace {

namespace fs = std::filesystem;
using testing::ContainsRegex;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::UnorderedElementsAreArray;

constexpr int kPrompts = 16;
constexpr int kStages = 2;
constexpr int kStepsPerItem = 17;  // of a TinyRun
using Times = std::map<std::string, fs::file_time_type>;

std::vector<std::string> sixteen_prompts() {
  std::vector<std::string> arguments{"--steps", "4", "--checkpoint-every", "1 steps"};
  // tiny_render() brings the first one.
  for (int item = 1; item < kPrompts; ++item) {
    arguments.insert(arguments.end(), {"-p", "cat number " + std::to_string(item)});
  }
  return arguments;
}

std::vector<std::string> names(const Pictures& pictures) {
  std::vector<std::string> all;
  for (const auto& [name, samples] : pictures) all.push_back(name);
  return all;
}

/// When the pictures that the run has told of were written.
Times times_of_finished(const TinyRun& run) {
  Times times;
  for (const std::string& name : run.files_of_events("frame_written")) {
    times[name] = fs::last_write_time(run.picture(name));
  }
  return times;
}

/// Starts, and returns once so many pictures are finished and a step of the next one is done: what
/// the events tell of is in the manifest too.
RunningChild begin(const TinyRun& run, int ranks, const std::vector<std::string>& arguments,
                   std::size_t pictures) {
  RunningChild child = RunningChild::tessera(ranks, arguments);
  const auto wait_for = [&](const auto& condition) {
    while (child.running() && !condition()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  wait_for([&] { return run.files_of_events("frame_written").size() >= pictures; });
  const int steps = run.steps_done();
  wait_for([&] { return run.steps_done() > steps; });
  return child;
}

TEST(SixteenPrompts, AreEachMadeOnceThoughTheRunIsStoppedAndKilled) {
  const std::vector<std::string> prompts = sixteen_prompts();
  const Pictures whole = uninterrupted(prompts);
  ASSERT_EQ(whole.size(), static_cast<std::size_t>(kStages * kPrompts));
  const TinyRun run(prompts);
  {
    RunningChild child = begin(run, 2, run.render_arguments(), 9);
    child.signal(SIGUSR1);
    const Ended stopped = child.wait();
    ASSERT_EQ(stopped.exit_code, 75) << stopped.err;
  }
  Times finished = times_of_finished(run);
  {
    RunningChild child = begin(run, 3, run.resume_arguments(), 20);
    const std::vector<pid_t> ranks = child.children();
    ASSERT_EQ(ranks.size(), 3u);
    kill(ranks[1], SIGKILL);
    EXPECT_EQ(child.wait().exit_code, 128 + SIGKILL);
    EXPECT_THAT(alive_after(std::chrono::seconds(60), ranks), IsEmpty());
  }
  finished.merge(times_of_finished(run));
  EXPECT_GE(finished.size(), 20u);
  EXPECT_LT(finished.size(), whole.size());
  const Ended ended = run.resume(1);
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_TRUE(run.pictures() == whole) << "other pixels, or other files";
  EXPECT_THAT(run.listed_pictures(), UnorderedElementsAreArray(names(whole)));
  EXPECT_THAT(run.files_of_events("frame_written"), UnorderedElementsAreArray(names(whole)));
  for (const auto& [name, time] : finished) {
    EXPECT_EQ(fs::last_write_time(run.picture(name)), time) << name << " was written again";
  }
}

/// Item 1 (counted from 0) is interrupted, then item 2 alone is made, then what is left.
TEST(AnInterruptedItem, IsKeptWhileOthersAreMade) {
  const std::vector<std::string> prompts{"--steps", "10", "--checkpoint-every",
                                         "1 steps", "-b", "3"};
  const Pictures whole = uninterrupted(prompts);
  const TinyRun run(prompts);
  ASSERT_EQ(run.interrupt(4, {"--items", "2"}).exit_code, 75);
  const std::vector<std::string> kept = run.checkpoints();
  ASSERT_THAT(kept, Not(IsEmpty()));
  const Ended other = run.render(2, {"--items", "3"});
  ASSERT_EQ(other.exit_code, 0) << other.err;
  EXPECT_THAT(run.checkpoints(), IsSupersetOf(kept));
  const int steps = run.steps_done();
  const Ended rest = run.resume(1);
  ASSERT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_THAT(rest.err, ContainsRegex("goes on from .*item-00001-stage-0-step-00"));
  EXPECT_LT(run.steps_done() - steps, 2 * kStepsPerItem) << "item 1 was begun again";
  EXPECT_EQ(run.pictures(), whole);
}

}  // namespace
}  // namespace tessera::cli
