#include "storage/line_file.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>

#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(LineFile, GrowsByLinesThatAreThereAtOnce) {
  const TemporaryFolder folder;
  const auto path = folder.put("lines", "old\n");
  LineFile file(path);
  file.add("one");
  EXPECT_EQ(read_text(path), "old\none\n");
  file.add("");
  LineFile(path).add("two");
  EXPECT_EQ(read_text(path), "old\none\n\ntwo\n");
}

TEST(LineFile, IsNamedWhenItCannotBeOpened) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { LineFile(folder / "none/lines"); },
              ThrowsMessage<CannotCreateError>(
                  testing::AllOf(HasSubstr("none/lines"), HasSubstr("No such file"))));
  EXPECT_THROW(LineFile{folder.path()}, CannotCreateError);
}

TEST(LineFile, IsNamedWhenTheDiskIsFull) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
  LineFile file("/dev/full");
  EXPECT_THAT([&] { file.add("x"); }, ThrowsMessage<IoError>(testing::AllOf(
                                          HasSubstr("/dev/full"), HasSubstr("No space left"))));
}

/// While it lives no file of this process grows beyond so many bytes.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = signal(SIGXFSZ, SIG_IGN);
    const rlimit limited{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  sighandler_t handler_;
};

TEST(LineFile, EndsALineThatAnEarlierProcessLeftShort) {
  const TemporaryFolder folder;
  const auto path = folder.put("lines", "first\nsec");
  LineFile(path).add("third");
  LineFile(path).add("fourth");
  EXPECT_EQ(read_text(path), "first\nsec\nthird\nfourth\n");
}

TEST(LineFile, EndsALineThatWasCutShortBeforeTheNext) {
  const TemporaryFolder folder;
  const auto path = folder / "lines";
  LineFile file(path);
  file.add("first");
  {
    const FileSizeLimit limit(9);
    EXPECT_THROW(file.add("second"), IoError);
    EXPECT_THROW(file.add("third"), IoError);
  }
  file.add("fourth");
  file.add("fifth");
  EXPECT_EQ(read_text(path), "first\nsec\nfourth\nfifth\n");
}

}  // namespace
}  // namespace tessera::storage
