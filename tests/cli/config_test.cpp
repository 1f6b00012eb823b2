#include <gmock/gmock.h>

#include "tests/cli/child_process.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

TEST(ConfigCommand, ShowsPresetsWithOrigins) {
  const Ended ended = run_tessera(1, {"config", "show", "--preset", "freescale-4k"},
                                  {"", {{"TESSERA_SAMPLING_STEPS", "30"}}, ""});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.out, ContainsRegex("steps: 30 +# TESSERA_SAMPLING_STEPS"));
  EXPECT_THAT(ended.out, ContainsRegex("guidance_scale: 7.5 +# preset freescale-4k"));
}

TEST(ConfigCommand, ShowsAFileThatValidates) {
  const storage::TemporaryFolder folder;
  const Ended shown = run_tessera(1, {"config", "show", "-p", "a: cat", "--preset", "demo"});
  const std::string file = folder.put("job.yaml", shown.out).string();
  const Ended valid = run_tessera(1, {"config", "validate", file});
  EXPECT_EQ(valid.exit_code, 0) << valid.err;
  EXPECT_EQ(valid.out, file + ": valid\n");
}

TEST(ConfigCommand, EndsABadFileWithTwoOnAllRanks) {
  const storage::TemporaryFolder folder;
  const std::string file = folder.put("job.yaml", "seed: 1\nsede: 2\n").string();
  for (const int ranks : {1, 3}) {
    const Ended ended = run_tessera(ranks, {"config", "validate", file});
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.err, HasSubstr(file + ":2:1: unknown key \"sede\". Did you mean \"seed\"?"));
  }
}

TEST(Help, IsPrintedOnceOnManyRanks) {
  const Ended ended = run_tessera(3, {"--help"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_EQ(ended.out, run_tessera(1, {"--help"}).out);
}

TEST(Version, IsPrintedOnceOnManyRanks) {
  EXPECT_THAT(run_tessera(3, {"--version"}).out, testing::MatchesRegex("tessera [0-9.]+\n"));
}

TEST(DemoModel, IsFoundFromAnyFolder) {
  const storage::TemporaryFolder folder;
  const Ended ended = run_tessera(1, {"render", "--preset", "demo", "-p", "a cat", "--dry-run"},
                                  {"", {}, folder.path().string()});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("stage 2 1024x1024"));
}

}  // namespace
}  // namespace tessera::cli
