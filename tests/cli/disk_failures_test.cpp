#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include "tests/cli/small_disk.h"
#include "tests/cli/tiny_run.h"

namespace tessera::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

// Enough steps for a stage that outlasts three attempts at a checkpoint by far.
const std::vector<std::string> kLongStage{"--steps", "40", "--checkpoint-every", "1 step"};

const Pictures& pictures_of_long_stage() {
  static const Pictures pictures = uninterrupted({"--steps", "40"});
  return pictures;
}

/// Waits until it is so, or the program has ended.
void wait_until(RunningChild& child, const std::function<bool()>& so) {
  while (child.running() && !so()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

/// A render with its run directory on a disk of its own, whose disk fails after a checkpoint.
class ADiskThatFails : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (!disk_.mounted()) GTEST_SKIP() << "needs the right to mount a tmpfs";
  }

  RunningChild begin_with_a_checkpoint() {
    RunningChild child = run_.begin(GetParam(), run_.render_arguments(), 1);
    wait_until(child, [&] { return !run_.checkpoints().empty(); });
    return child;
  }

  /// The run stopped with what `says` tells, and its newest checkpoint is whole.
  void expect_stopped(const Ended& ended, const std::string& says) const {
    EXPECT_EQ(ended.exit_code, 74) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("warning: a checkpoint could not be written, older ones are "
                                     "as they were: "));
    EXPECT_THAT(ended.err, HasSubstr(says));
    EXPECT_THAT(ended.err, HasSubstr("error: three checkpoints in a row could not be written"));
    EXPECT_FALSE(fs::exists(run_.picture("00000_123_64x64.png")));
    expect_whole_checkpoints();
  }

  void expect_whole_checkpoints() const {
    const std::vector<std::string> files = run_.checkpoints();
    ASSERT_FALSE(files.empty());
    for (const std::string& file : files) {
      const std::string path = (run_.directory() / "checkpoints" / file).string();
      const Ended inspected = run_tessera(1, {"inspect", "--verify", path});
      EXPECT_EQ(inspected.exit_code, 0) << inspected.err;
    }
    EXPECT_THAT(run_.leftovers(), testing::IsEmpty());
  }

  void expect_completed() const {
    const Ended ended = run_.render(GetParam());
    ASSERT_EQ(ended.exit_code, 0) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("goes on from "));
    EXPECT_EQ(run_.pictures(), pictures_of_long_stage());
  }

  const TinyRun run_{kLongStage};
  SmallDisk disk_{run_.directory()};
};

TEST_P(ADiskThatFails, BecauseItIsFullEndsTheRunAtTheThirdCheckpoint) {
  RunningChild child = begin_with_a_checkpoint();
  disk_.fill();
  const Ended ended = child.wait();
  expect_stopped(ended, "No space left on device");
  disk_.make_room();
  expect_completed();
}

TEST_P(ADiskThatFails, BecauseItIsReadOnlyEndsTheRunAtTheThirdCheckpoint) {
  RunningChild child = begin_with_a_checkpoint();
  disk_.forbid_writing();
  const Ended ended = child.wait();
  expect_stopped(ended, "Read-only file system");
  disk_.permit_writing();
  expect_completed();
}

INSTANTIATE_TEST_SUITE_P(Ranks, ADiskThatFails, testing::Values(1, 3));

class ADiskThatIsFullForAWhile : public testing::TestWithParam<int> {};

TEST_P(ADiskThatIsFullForAWhile, CostsACheckpointAndNoMore) {
  const std::vector<std::string> arguments{"--steps", "60", "--checkpoint-every", "0"};
  const TinyRun run(arguments);
  const SmallDisk disk(run.directory());
  if (!disk.mounted()) GTEST_SKIP() << "needs the right to mount a tmpfs";
  RunningChild child = run.begin(GetParam(), run.render_arguments(), 3);
  disk.fill();
  child.signal(SIGUSR2);
  const std::string warning = "warning: a checkpoint could not be written";
  wait_until(child, [&] { return child.err().find(warning) != std::string::npos; });
  disk.make_room();
  const Ended ended = child.wait();
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr(warning));
  EXPECT_THAT(ended.err, Not(HasSubstr("error:")));
  EXPECT_EQ(run.pictures(), uninterrupted(arguments));
}

INSTANTIATE_TEST_SUITE_P(Ranks, ADiskThatIsFullForAWhile, testing::Values(1, 3));

class ARunFolderThatVanishes : public testing::TestWithParam<int> {};

TEST_P(ARunFolderThatVanishes, EndsTheRunAndIsNotMadeAnew) {
  const TinyRun run(kLongStage);
  RunningChild child = run.begin(GetParam(), run.render_arguments(), 1);
  wait_until(child, [&] { return !run.checkpoints().empty(); });
  const fs::path aside = run.directory().parent_path() / "aside";
  fs::rename(run.directory(), aside);
  const Ended ended = child.wait();
  EXPECT_EQ(ended.exit_code, 74) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("warning: a checkpoint could not be written"));
  EXPECT_THAT(ended.err, HasSubstr("No such file or directory"));
  EXPECT_THAT(ended.err, HasSubstr("error: three checkpoints in a row could not be written"));
  EXPECT_FALSE(fs::exists(run.directory()));
  fs::rename(aside, run.directory());
  const Ended completed = run.render(GetParam());
  ASSERT_EQ(completed.exit_code, 0) << completed.err;
  EXPECT_THAT(completed.err, HasSubstr("goes on from "));
  EXPECT_EQ(run.pictures(), pictures_of_long_stage());
}

INSTANTIATE_TEST_SUITE_P(Ranks, ARunFolderThatVanishes, testing::Values(1, 3));

}  // namespace
}  // namespace tessera::cli
