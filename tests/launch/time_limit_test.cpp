#include "launch/time_limit.h"

#include <gmock/gmock.h>

namespace tessera::launch {
namespace {

using Checkpoint = configs::CheckpointConfig;
using Source = Checkpoint::TimeLimit::Source;
using testing::HasSubstr;

const SlurmJob kJob{"42", 0};

RunCommand printing(const std::string& text) {
  return [text](const std::vector<std::string>&) {
    return ChildOutput{ChildOutput::End::Exited, 0, text};
  };
}

Checkpoint with(Source source, double seconds) {
  Checkpoint checkpoint;
  checkpoint.time_limit = {source, seconds};
  return checkpoint;
}

TEST(TimeLimit, AutoIsWhatTheJobHasLeft) {
  const TimeLimit limit = settle_time_limit({}, kJob, printing("1:00:00\n"));
  EXPECT_EQ(limit.seconds_left, 3600);
  EXPECT_EQ(limit.warning, "");
}

TEST(TimeLimit, AutoOutsideOfAJobIsNone) {
  const TimeLimit limit = settle_time_limit({}, {}, printing("1:00:00\n"));
  EXPECT_EQ(limit.seconds_left, std::nullopt);
  EXPECT_EQ(limit.warning, "");
}

TEST(TimeLimit, AutoWarnsWhenSlurmIsSilent) {
  const TimeLimit limit = settle_time_limit({}, kJob, [](const std::vector<std::string>&) {
    return ChildOutput{ChildOutput::End::NotFound, 0, ""};
  });
  EXPECT_EQ(limit.seconds_left, std::nullopt);
  EXPECT_THAT(limit.warning, HasSubstr("Slurm job 42 has left is not known: squeue is not "
                                       "installed here. The run will not stop by itself"));
}

TEST(TimeLimit, NoneAndFixedAskNobody) {
  const RunCommand never = [](const std::vector<std::string>&) -> ChildOutput {
    ADD_FAILURE() << "asked Slurm";
    return {};
  };
  EXPECT_EQ(settle_time_limit(with(Source::None, 0), kJob, never).seconds_left, std::nullopt);
  EXPECT_EQ(settle_time_limit(with(Source::Fixed, 900), kJob, never).seconds_left, 900);
}

TEST(TimeLimit, WarnsWhenTheMarginLeavesNoTime) {
  const TimeLimit limit = settle_time_limit(with(Source::Fixed, 120), {}, printing(""));
  EXPECT_EQ(limit.seconds_left, 120);
  EXPECT_EQ(limit.warning,
            "checkpoint.time_margin: the run must end in 120 s, within the margin of 300 s: every "
            "start stops after its first step. Use a smaller margin or more time.");
}

}  // namespace
}  // namespace tessera::launch
