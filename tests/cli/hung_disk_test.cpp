#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>
#include <string>

#include "storage/text_file.h"
#include "tests/cli/tiny_run.h"

namespace tessera::cli {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

/// A file system that does not answer for files whose path contains `text`.
ChildOptions hanging_at(const std::string& text) {
  const std::filesystem::path library =
      std::filesystem::path(tessera_program()).parent_path() / "libhang_sync.so";
  ChildOptions options;
  options.environment = {{"LD_PRELOAD", library.string()}, {"HANG_SYNC_OF", text}};
  return options;
}

/// Ranks, and `distributed.deadline`: a file system counts as hung after 15 times that.
struct Ranks {
  int count;
  const char* deadline;
};

class AHungDisk : public testing::TestWithParam<Ranks> {
 protected:
  Ended render(const TinyRun& run, const std::string& hangs, int signal = 0) const {
    const std::vector<std::string> arguments =
        run.render_arguments({"--distributed-deadline", GetParam().deadline});
    RunningChild child = RunningChild::tessera(GetParam().count, arguments, hanging_at(hangs));
    if (signal != 0) {
      while (run.steps_done() < 2 && child.running()) usleep(1000);
      child.signal(signal);
    }
    return child.wait();
  }

  /// Without the fault the same command completes the run.
  void expect_completed(const TinyRun& run) const {
    const Ended ended = run.render(GetParam().count);
    ASSERT_EQ(ended.exit_code, 0) << ended.err;
    EXPECT_EQ(run.pictures(), uninterrupted());
  }
};

TEST_P(AHungDisk, IsNamedWhereTheRunWaitsForACheckpoint) {
  const TinyRun run({"--checkpoint-every", "1 step"});
  const Ended ended = render(run, "/checkpoints/.");
  EXPECT_EQ(ended.exit_code, 74) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("error: " + run.directory().string() + "/checkpoints/item-"));
  EXPECT_THAT(ended.err, HasSubstr(".h5: the checkpoint is not complete after "));
  expect_completed(run);
}

TEST_P(AHungDisk, IsNamedByARequestedStop) {
  const TinyRun run({"--checkpoint-every", "0", "--steps", "100"});
  const Ended ended = render(run, "/checkpoints/.", SIGUSR1);
  EXPECT_EQ(ended.exit_code, 74) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr(".h5: the checkpoint is not complete after "));
}

TEST_P(AHungDisk, IsNamedByTheEndThatWaitsForAPicture) {
  const TinyRun run;
  const Ended ended = render(run, "/images/.00000_123_128x128");
  EXPECT_EQ(ended.exit_code, 74) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("00000_123_128x128.png: nothing could be written for "));
  expect_completed(run);
}

INSTANTIATE_TEST_SUITE_P(Ranks, AHungDisk, testing::Values(Ranks{1, "0.2s"}, Ranks{3, "3s"}),
                         [](const auto& each) { return std::to_string(each.param.count); });

}  // namespace
}  // namespace tessera::cli
