// The seed -1 across the starts of a run.
#include <gmock/gmock.h>

#include <regex>
#include <string>

#include "tests/cli/tiny_run.h"

namespace tessera::cli {
namespace {

using testing::HasSubstr;

/// The number before " was drawn", or "".
std::string drawn_seed(const Ended& ended) {
  std::smatch parts;
  const bool found = std::regex_search(ended.err, parts, std::regex("seed ([0-9]+) was drawn"));
  return found ? parts[1].str() : "";
}

class ADrawnSeed : public testing::TestWithParam<int> {};

TEST_P(ADrawnSeed, IsTakenAgainByTheSameCommand) {
  const TinyRun run({"-s", "-1"});
  const Ended stopped = run.interrupt(3);
  ASSERT_EQ(stopped.exit_code, 75) << stopped.err;
  const std::string seed = drawn_seed(stopped);
  ASSERT_NE(seed, "");
  const Ended ended = run.render(GetParam(), {"--resume", "require"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("seed " + seed + " was drawn by the first start in " +
                                   run.directory().string() + " and is taken again"));
  EXPECT_EQ(run.steps_done(), 17) << "steps done twice, or left out";
  EXPECT_EQ(run.pictures(), uninterrupted({"-s", seed}));
  const Ended finished = run.render(GetParam());
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(drawn_seed(finished), seed);
  EXPECT_THAT(finished.err, HasSubstr("nothing is left to do"));
}

INSTANTIATE_TEST_SUITE_P(Ranks, ADrawnSeed, testing::Values(1, 3));

TEST(AlsoADrawnSeed, StaysThatOfTheRunUntilTheRunStartsOver) {
  const TinyRun run({"-s", "-1"});
  const std::string seed = drawn_seed(run.interrupt(3));
  ASSERT_EQ(run.resume(1).exit_code, 0) << "run.yaml has the seed as a number";
  const Ended again = run.render(1);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(drawn_seed(again), seed);
  EXPECT_EQ(run.render(1, {"-s", "5"}).exit_code, 76) << "a seed that is given counts";
  const Ended over = run.render(1, {"--resume", "never"});
  EXPECT_EQ(over.exit_code, 0) << over.err;
  EXPECT_NE(drawn_seed(over), seed);
}

TEST(AGivenSeed, IsNotTakenForADrawnOne) {
  const TinyRun run;
  ASSERT_EQ(run.interrupt(3).exit_code, 75);
  const Ended refused = run.render(1, {"-s", "-1"});
  EXPECT_EQ(refused.exit_code, 76) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("123 there"));
}

}  // namespace
}  // namespace tessera::cli
