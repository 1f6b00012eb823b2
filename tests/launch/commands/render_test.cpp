#include "launch/commands/render.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "storage/text_file.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

int run(const std::vector<std::string>& arguments) {
  RankSession session;
  RankLog log;
  Console console = silent_console();
  return render(parse_command_line(arguments), session, log, console);
}

TEST(Render, LeavesPicturesLogReportAndCopy) {
  const storage::TemporaryFolder folder;
  const std::string copy = (folder / "x.png").string();
  EXPECT_EQ(run(tiny_render((folder / "run").string(), {"-o", copy, "--log-level", "debug"})), 0);
  EXPECT_EQ(storage::read_text(copy),
            storage::read_text(folder / "run/images/00000_123_128x128.png"));
  EXPECT_TRUE(std::filesystem::exists(folder / "run/images/00000_123_64x64.png"));
  EXPECT_TRUE(std::filesystem::exists(folder / "run/report.json"));
  EXPECT_FALSE(std::filesystem::exists(folder / "run/LOCK"));
  EXPECT_THAT(storage::read_text(folder / "run/logs/rank-0000.log"),
              testing::AllOf(testing::HasSubstr("rank 0 of 1, 1 threads"),
                             testing::HasSubstr("ends with exit code 0")));
}

TEST(Render, WritesNothingOnADryRun) {
  const storage::TemporaryFolder folder;
  EXPECT_EQ(run(tiny_render((folder / "run").string(), {"--dry-run"})), 0);
  EXPECT_EQ(folder.entries(), 0u);
}

}  // namespace
}  // namespace tessera::launch
