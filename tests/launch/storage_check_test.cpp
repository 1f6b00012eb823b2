#include "launch/storage_check.h"

#include <gmock/gmock.h>

#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

TEST(StorageCheck, WritesReadsAndLeavesNothing) {
  const storage::TemporaryFolder folder;
  const Finding finding = check_storage(folder.path());
  EXPECT_EQ(finding.level, Finding::Level::Ok) << finding.text;
  EXPECT_THAT(finding.text, ::testing::HasSubstr("4.0 MiB written"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(StorageCheck, TriesTheNearestFolderThatExists) {
  const storage::TemporaryFolder folder;
  const Finding finding = check_storage(folder / "runs" / "new");
  EXPECT_EQ(finding.level, Finding::Level::Ok) << finding.text;
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(StorageCheck, FailsWhereNothingCanBeWritten) {
  const storage::TemporaryFolder folder;
  const Finding finding = check_storage(folder.put("file", "x"));
  EXPECT_EQ(finding.level, Finding::Level::Fail);
  EXPECT_THAT(finding.text, ::testing::HasSubstr("output.run_dir"));
}

}  // namespace
}  // namespace tessera::launch
