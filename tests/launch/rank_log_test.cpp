#include "launch/rank_log.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

using Level = configs::JobConfig::LogLevel;

TEST(RankLog, WritesAFilePerRank) {
  const storage::TemporaryFolder folder;
  const RankLog log(folder.path(), 3, Level::Info);
  log.info("started {}");
  log.debug("hidden");
  const std::string text = storage::read_text(folder / "rank-0003.log");
  EXPECT_THAT(text, testing::HasSubstr(" info [r3] started {}\n"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("hidden")));
}

TEST(RankLog, DropsEverythingWithoutAFile) { EXPECT_NO_THROW(RankLog().error("x")); }

TEST(RankLog, NamesAFolderThatCannotTakeIt) {
  EXPECT_THAT([] { RankLog("/proc/none", 0, Level::Info); },
              testing::ThrowsMessage<storage::CannotCreateError>(
                  testing::HasSubstr("/proc/none/rank-0000.log")));
}

TEST(RankLog, SaysOnceThatTheDiskIsFull) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
  const storage::TemporaryFolder folder;
  std::filesystem::create_symlink("/dev/full", folder / "rank-0002.log");
  const RankLog log(folder.path(), 2, Level::Info);
  testing::internal::CaptureStderr();
  log.info("one");
  log.error("two");
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              testing::MatchesRegex("tessera: warning: .r2. .*rank-0002.log[^\n]*\n"));
}

}  // namespace
}  // namespace tessera::launch
