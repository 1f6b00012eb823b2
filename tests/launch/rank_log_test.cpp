#include "launch/rank_log.h"

#include <gmock/gmock.h>

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

}  // namespace
}  // namespace tessera::launch
