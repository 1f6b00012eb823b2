#include "storage/text_file.h"

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

TEST(TextFile, ReadsBackWhatWasWritten) {
  const TemporaryFolder folder;
  const std::string text = "one\ntwo\0three" + std::string(100'000, 'x');
  write_text(folder / "a.txt", "old");
  write_text(folder / "a.txt", text);
  EXPECT_EQ(read_text(folder / "a.txt"), text);
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(TextFile, RefusesAFileAboveTheLimit) {
  const TemporaryFolder folder;
  const auto path = folder.put("big", "12345");
  EXPECT_EQ(read_text(path, 5), "12345");
  EXPECT_THAT(message_of<DataError>([&] { read_text(path, 4); }),
              testing::HasSubstr("larger than the 4 bytes"));
}

}  // namespace
}  // namespace tessera::storage
