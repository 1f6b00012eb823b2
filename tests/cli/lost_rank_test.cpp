// One rank of three fails while a stage is sampled, where its peers wait for its rows.
#include <gmock/gmock.h>

#include <chrono>

#include "tests/cli/child_process.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::cli {
namespace {

using testing::AnyOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using Folder = storage::TemporaryFolder;
using Seconds = std::chrono::duration<double>;

constexpr double kDeadline = 3;
constexpr double kGenerous = 60;  // of a machine on which other tests run

struct Lost {
  Ended ended;
  double seconds = 0;
};

/// Renders on three ranks; rank 1 runs `fault`, a shell command in which $$ is its process, as soon
/// as the first step is done.
Lost render_with_fault_of_rank_1(const std::string& fault) {
  const Folder folder;
  const std::string run = (folder / "run").string();
  // 14 blocks of rows, so that all three ranks hold some; far more steps than pass before the
  // fault.
  std::vector<std::string> render =
      launch::tiny_render(run, {"--steps", "200", "--set", "distributed.deadline=3s",
                                "--resolutions", "128,192", "--base", "128"});
  render.insert(render.begin(), tessera_program());
  const std::string wait =
      "until grep -qs '\"command\":\"Step\"' '" + run + "/metrics.jsonl'; do sleep 0.02; done";
  std::vector<std::string> command{"mpirun"};
  for (const int rank : {0, 1, 2}) {
    command.insert(command.end(), {"-np", "1"});
    if (rank == 1) {
      command.insert(command.end(),
                     {"sh", "-c", "(" + wait + "; " + fault + ") & exec \"$@\"", "sh"});
    }
    command.insert(command.end(), render.begin(), render.end());
    if (rank < 2) command.push_back(":");
  }
  const auto begin = std::chrono::steady_clock::now();
  Lost lost;
  lost.ended = run_child(command);
  lost.seconds = Seconds(std::chrono::steady_clock::now() - begin).count();
  return lost;
}

TEST(ALostRank, IsNamedWithTheOperationAfterTheDeadlineWhenItStops) {
  const Lost lost = render_with_fault_of_rank_1("kill -STOP $$");
  EXPECT_EQ(lost.ended.exit_code, 69) << lost.ended.err;
  EXPECT_THAT(lost.ended.err, HasSubstr("tessera: error: "));
  EXPECT_THAT(lost.ended.err, ContainsRegex("(exchange|all_gather) with rank [0-9] failed after "));
  EXPECT_THAT(lost.ended.err, HasSubstr("no answer within the deadline from rank 1"));
  EXPECT_GE(lost.seconds, kDeadline);
  EXPECT_LE(lost.seconds, kGenerous);
}

TEST(ALostRank, EndsTheJobAtOnceWhenItIsKilled) {
  const Lost lost = render_with_fault_of_rank_1("kill -KILL $$");
  EXPECT_EQ(lost.ended.exit_code, 137) << lost.ended.err;
  EXPECT_THAT(lost.ended.err, HasSubstr("rank 1"));
  EXPECT_LE(lost.seconds, kGenerous);
}

// The allocator of LibTorch or one below it says no: which of them depends on the machine.
TEST(ALostRank, EndsTheJobWithItsOwnCodeAndMessageWhenItsMemoryRunsOut) {
  if (run_child({"sh", "-c", "command -v prlimit"}).exit_code != 0) {
    GTEST_SKIP() << "needs prlimit";
  }
  const Lost lost = render_with_fault_of_rank_1("prlimit --pid $$ --as=1");
  EXPECT_THAT(lost.ended.exit_code, AnyOf(70, 71)) << lost.ended.err;
  EXPECT_THAT(lost.ended.err, HasSubstr("tessera: error: [r1] "));
  EXPECT_LE(lost.seconds, kGenerous);
}

}  // namespace
}  // namespace tessera::cli
