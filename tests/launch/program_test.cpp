#include "launch/program.h"

#include <gmock/gmock.h>

#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

struct Ended {
  int exit_code = 0;
  std::string out;
  std::string err;
};

Ended run(const std::vector<std::string>& arguments) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Ended ended;
  std::optional<SignalInbox> inbox;
  ended.exit_code = run_program(arguments, inbox);
  ended.out = ::testing::internal::GetCapturedStdout();
  ended.err = ::testing::internal::GetCapturedStderr();
  return ended;
}

TEST(Program, PrintsVersionAndHelp) {
  EXPECT_THAT(run({"--version"}).out, testing::StartsWith("tessera "));
  EXPECT_THAT(run({"--version", "-v"}).out, testing::HasSubstr("LibTorch"));
  EXPECT_THAT(run({"--help"}).out, testing::HasSubstr("render"));
}

TEST(Program, EndsUsageErrorsWithTwoAndOneLine) {
  const Ended ended = run({"render", "--sede", "1"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.err, "tessera: error: unknown option \"--sede\". Did you mean \"--seed\"?\n");
  EXPECT_EQ(ended.out, "");
}

TEST(Program, ShowsConfigurationsOnTheStandardOutput) {
  const Ended ended = run({"config", "show", "--preset", "freescale-4k"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.out, testing::HasSubstr("guidance_scale: 7.5"));
}

TEST(Program, EndsAFailingRenderWithItsCode) {
  const storage::TemporaryFolder folder;
  const Ended ended = run(tiny_render((folder / "run").string(), {"-m", "no/model"}));
  EXPECT_EQ(ended.exit_code, 66);
  EXPECT_THAT(ended.err, testing::MatchesRegex("tessera: error: [^\n]*no/model[^\n]*\n"));
}

}  // namespace
}  // namespace tessera::launch
