#include "storage/mapped_file.h"

#include <sys/resource.h>

#include <fstream>
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

/// Bytes of address space that this process uses.
rlim_t address_space_bytes() {
  std::ifstream statm("/proc/self/statm");
  rlim_t pages = 0;
  statm >> pages;
  return pages * 4096;
}

TEST(MappedFile, AFileThatFindsNoRoomIsOutOfMemory) {
  const TemporaryFolder folder;
  const auto path = folder.put("a", "");
  constexpr rlim_t kGigabyte = rlim_t{1} << 30;
  std::filesystem::resize_file(path, 64 * kGigabyte);  // sparse
  rlimit before{};
  getrlimit(RLIMIT_AS, &before);
  const rlimit small{address_space_bytes() + kGigabyte, before.rlim_max};
  setrlimit(RLIMIT_AS, &small);
  const std::string message = message_of<OutOfMemoryError>([&] { MappedFile::open(path); });
  setrlimit(RLIMIT_AS, &before);
  EXPECT_THAT(message, testing::HasSubstr("cannot map"));
  EXPECT_THAT(message, testing::HasSubstr(path.string()));
}

}  // namespace
}  // namespace tessera::storage
