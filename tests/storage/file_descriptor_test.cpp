#include "storage/file_descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

TEST(FileDescriptor, MovesItsDescriptor) {
  const TemporaryFolder folder;
  FileDescriptor first = open_for_reading(folder.put("a", "x"));
  const int number = first.get();
  FileDescriptor second(std::move(first));
  EXPECT_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(second.get(), number);
  second.reset();
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

TEST(FileDescriptor, SaysWhyAFileCannotBeRead) {
  const TemporaryFolder folder;
  EXPECT_THAT(message_of<MissingFileError>([&] { open_for_reading(folder / "no"); }),
              HasSubstr("no: no such file"));
  EXPECT_THAT(message_of<DataError>([&] { open_for_reading(folder.path()); }),
              HasSubstr("not a regular file"));
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(message_of<DataError>([&] { open_for_reading(folder / "pipe"); }),
              HasSubstr("pipe: not a regular file"));
}

TEST(FileDescriptor, MessagesCarryTheReasonOfTheSystem) {
  EXPECT_EQ(system_message("cannot write", "a/b", ENOSPC),
            "a/b: cannot write: No space left on device");
}

}  // namespace
}  // namespace tessera::storage
