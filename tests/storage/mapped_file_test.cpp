#include "storage/mapped_file.h"

#include <utility>

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

TEST(MappedFile, ShowsTheBytesOfTheFile) {
  const TemporaryFolder folder;
  MappedFile first = MappedFile::open(folder.put("a", "abc"));
  const MappedFile second = std::move(first);
  ASSERT_EQ(second.bytes().size(), 3u);
  EXPECT_EQ(second.bytes()[2], std::byte{'c'});
  EXPECT_TRUE(first.bytes().empty());  // NOLINT(bugprone-use-after-move)
}

TEST(MappedFile, AnEmptyFileHasNoBytes) {
  const TemporaryFolder folder;
  EXPECT_TRUE(MappedFile::open(folder.put("a", "")).bytes().empty());
}

TEST(MappedFile, AnAbsentFileIsMissing) {
  const TemporaryFolder folder;
  EXPECT_THROW(MappedFile::open(folder / "a"), MissingFileError);
}

}  // namespace
}  // namespace tessera::storage
