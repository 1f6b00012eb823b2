#include "storage/atomic_file.h"

#include <sys/resource.h>

#include <csignal>

#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(AtomicFile, AppearsOnlyAtCommit) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "a");
  file.write("first ");
  EXPECT_FALSE(fs::exists(folder / "a"));
  file.write("second");
  file.commit();
  EXPECT_EQ(read_text(folder / "a"), "first second");
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(AtomicFile, WithoutCommitTheOldFileStays) {
  const TemporaryFolder folder;
  folder.put("a", "old");
  {
    AtomicFile file(folder / "a");
    file.write("new");
    EXPECT_EQ(folder.entries(), 2u);
  }
  EXPECT_EQ(read_text(folder / "a"), "old");
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(AtomicFile, WritesMoreThanItsBuffer) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "a");
  std::string expected;
  for (const std::size_t size : {std::size_t{10}, std::size_t{200'000}, std::size_t{100'000},
                                 std::size_t{1'000'000}, std::size_t{1}}) {
    const std::string part(size, static_cast<char>('a' + expected.size() % 26));
    file.write(part);
    expected += part;
  }
  file.commit();
  EXPECT_EQ(read_text(folder / "a"), expected);
}

TEST(AtomicFile, TwoWritersOfOneNameDoNotMix) {
  const TemporaryFolder folder;
  AtomicFile first(folder / "a");
  AtomicFile second(folder / "a");
  first.write("first");
  second.write("second");
  second.commit();
  first.commit();
  EXPECT_EQ(read_text(folder / "a"), "first");
}

TEST(AtomicFile, MovingKeepsTheContent) {
  const TemporaryFolder folder;
  AtomicFile first(folder / "a");
  first.write("text");
  {
    AtomicFile second(std::move(first));
    second.commit();
  }
  EXPECT_EQ(read_text(folder / "a"), "text");
}

TEST(AtomicFile, SaysWhyItCannotBeCreated) {
  const TemporaryFolder folder;
  folder.put("file", "");
  EXPECT_THAT(message_of<CannotCreateError>([&] { AtomicFile(folder / "no/a"); }),
              HasSubstr("no/a: cannot create: No such file or directory"));
  EXPECT_THAT(message_of<CannotCreateError>([&] { AtomicFile(folder / "file/a"); }),
              HasSubstr("Not a directory"));
  EXPECT_THAT(message_of<CannotCreateError>([&] { AtomicFile(folder / "file/"); }),
              HasSubstr("not the name of a file"));
}

TEST(AtomicFile, CannotReplaceAFolder) {
  const TemporaryFolder folder;
  folder.put("a/inside", "");
  AtomicFile file(folder / "a");
  EXPECT_THROW(file.commit(), CannotCreateError);
}

TEST(AtomicFile, AFullDiskIsAnIoErrorAndLeavesNothing) {
  const TemporaryFolder folder;
  struct rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small = {4096, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string message = message_of<IoError>([&] {
    AtomicFile file(folder / "a");
    file.write(std::string(1'000'000, 'x'));
    file.commit();
  });
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, previous);
  EXPECT_THAT(message, HasSubstr("a: cannot write: File too large"));
  EXPECT_EQ(folder.entries(), 0u);
}

TEST(AtomicFile, KnowsTheNamesOfLeftovers) {
  EXPECT_TRUE(is_leftover("images/.a.png.tmp-123-0"));
  for (const char* name : {"a.png", ".a.png", ".a.tmp-", ".a.tmp-1", ".a.tmp-1-", ".a.tmp--1",
                           ".a.tmp-x-1", "a.tmp-1-1"}) {
    EXPECT_FALSE(is_leftover(name)) << name;
  }
}

}  // namespace
}  // namespace tessera::storage
