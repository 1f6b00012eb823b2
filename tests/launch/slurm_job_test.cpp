#include "launch/slurm_job.h"

#include <gmock/gmock.h>

namespace tessera::launch {
namespace {

using End = ChildOutput::End;
using testing::ElementsAre;
using testing::HasSubstr;

RunCommand answering(const ChildOutput& output) {
  return [output](const std::vector<std::string>&) { return output; };
}

RunCommand printing(const std::string& text) { return answering({End::Exited, 0, text}); }

TEST(SlurmTime, IsReadInEveryForm) {
  EXPECT_EQ(parse_slurm_time("45"), 45);
  EXPECT_EQ(parse_slurm_time("4:05"), 245);
  EXPECT_EQ(parse_slurm_time("04:00:00"), 14'400);
  EXPECT_EQ(parse_slurm_time("2-01:02:03"), 2 * 86'400 + 3723);
  EXPECT_EQ(parse_slurm_time("0:00"), 0);
}

TEST(SlurmTime, IsNothingElse) {
  for (const char* wrong : {"", "INVALID", "UNLIMITED", "NOT_SET", "1:", ":1", "1-2", "-5", "1-1:2",
                            "1:2:3:4", "1:-2", "5s", "1 2"}) {
    EXPECT_EQ(parse_slurm_time(wrong), std::nullopt) << wrong;
  }
}

TEST(SlurmTimeLeft, IsWhatSqueueSays) {
  std::vector<std::string> asked;
  const RunCommand run = [&](const std::vector<std::string>& command) {
    asked = command;
    return ChildOutput{End::Exited, 0, "  1-00:00:10 \n"};
  };
  const SlurmTimeLeft left = slurm_time_left({"42", 0}, run);
  EXPECT_EQ(left.seconds, 86'410);
  EXPECT_EQ(left.problem, "");
  EXPECT_THAT(asked, ElementsAre("squeue", "-h", "-j", "42", "-o", "%L"));
}

TEST(SlurmTimeLeft, MayBeUnlimited) {
  const SlurmTimeLeft left = slurm_time_left({"42", 0}, printing("UNLIMITED\n"));
  EXPECT_EQ(left.seconds, std::nullopt);
  EXPECT_EQ(left.problem, "");
}

TEST(SlurmTimeLeft, SaysWhyItIsNotKnown) {
  const auto problem = [](const ChildOutput& output) {
    const SlurmTimeLeft left = slurm_time_left({"42", 0}, answering(output));
    EXPECT_EQ(left.seconds, std::nullopt);
    return left.problem;
  };
  EXPECT_EQ(problem({End::NotFound, 0, ""}), "squeue is not installed here");
  EXPECT_THAT(problem({End::TimedOut, 137, ""}), HasSubstr("did not answer within 20 s"));
  EXPECT_EQ(problem({End::Exited, 1, "slurm_load_jobs error: Unable to contact\n"}),
            "squeue ended with code 1: slurm_load_jobs error: Unable to contact");
  EXPECT_EQ(problem({End::Exited, 0, ""}), "squeue knows no job 42");
  EXPECT_EQ(problem({End::Exited, 0, "INVALID\n"}), "squeue says \"INVALID\"");
}

TEST(SlurmJobHasEnded, WhenSlurmSaysSo) {
  for (const char* state :
       {"COMPLETED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "FAILED", "PREEMPTED", "PENDING", ""}) {
    EXPECT_TRUE(slurm_job_has_ended("7", {}, printing(std::string(state) + "\n"))) << state;
  }
  for (const char* state : {"RUNNING", "COMPLETING", "SUSPENDED"}) {
    EXPECT_FALSE(slurm_job_has_ended("7", {}, printing(std::string(state) + "\n"))) << state;
  }
}

TEST(SlurmJobHasEnded, WhenItIsForgotten) {
  const ChildOutput forgotten{End::Exited, 1, "slurm_load_jobs error: Invalid job id specified\n"};
  EXPECT_TRUE(slurm_job_has_ended("7", {}, answering(forgotten)));
}

TEST(SlurmJobHasEnded, NotWhenNobodyKnows) {
  EXPECT_FALSE(slurm_job_has_ended("7", {}, answering({End::NotFound, 0, ""})));
  EXPECT_FALSE(slurm_job_has_ended("7", {}, answering({End::TimedOut, 137, ""})));
  EXPECT_FALSE(slurm_job_has_ended(
      "7", {}, answering({End::Exited, 1, "Unable to contact slurm controller\n"})));
  EXPECT_FALSE(slurm_job_has_ended("nightly", {}, printing("")));
}

TEST(SlurmJobHasEnded, ForEarlierStartsOfTheSameJob) {
  const RunCommand never = [](const std::vector<std::string>&) -> ChildOutput {
    ADD_FAILURE() << "asked Slurm";
    return {};
  };
  const SlurmJob self{"7", 2};
  EXPECT_TRUE(slurm_job_has_ended(SlurmJob{"7", 0}.lock_name(), self, never));
  EXPECT_TRUE(slurm_job_has_ended(SlurmJob{"7", 1}.lock_name(), self, never));
  EXPECT_FALSE(slurm_job_has_ended(SlurmJob{"7", 2}.lock_name(), self, never));
}

}  // namespace
}  // namespace tessera::launch
