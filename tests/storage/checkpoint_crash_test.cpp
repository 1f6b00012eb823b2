// A process that is killed while it writes, and disks that fail: what lies in the folder afterwards
// is the older or the new checkpoint, whole.
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <random>

#include "storage/atomic_file.h"
#include "storage/checkpoint_reader.h"
#include "storage/checkpoint_writer.h"
#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/sample_checkpoint.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::array kPhases = {
    CheckpointPhase::Create,  CheckpointPhase::Content,    CheckpointPhase::Close,
    CheckpointPhase::Trailer, CheckpointPhase::Verify,     CheckpointPhase::Sync,
    CheckpointPhase::Rename,  CheckpointPhase::SyncFolder, CheckpointPhase::Prune,
};

CheckpointData sample_at(int step, std::int64_t rows = 40) {
  CheckpointData data = sample_checkpoint(rows);
  data.progress.next_step = step;
  return data;
}

/// Runs `work` in a child process.
template <typename Work>
pid_t start_child(Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  return child;
}

void expect_killed(pid_t child) {
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_EQ(WTERMSIG(status), SIGKILL);
}

int count_leftovers(const fs::path& folder) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(folder)) count += is_leftover(entry.path());
  return count;
}

class CheckpointCrash : public testing::TestWithParam<CheckpointPhase> {};

TEST_P(CheckpointCrash, LeavesTheOlderOrTheNewFileWhole) {
  const TemporaryFolder folder;
  CheckpointWriter(folder.path(), 1).write(sample_at(30));
  expect_killed(start_child([&] {
    CheckpointWriter(folder.path(), 1, [](CheckpointPhase phase) {
      if (phase == GetParam()) ::kill(::getpid(), SIGKILL);
    }).write(sample_at(31));
  }));
  const bool is_named = GetParam() >= CheckpointPhase::SyncFolder;
  const bool has_temporary = GetParam() > CheckpointPhase::Create && !is_named;
  const FoundCheckpoint found = find_checkpoint(folder.path());
  EXPECT_EQ(found.data, sample_at(is_named ? 31 : 30));
  EXPECT_THAT(found.rejected, IsEmpty());
  EXPECT_EQ(count_leftovers(folder.path()), has_temporary ? 1 : 0);
  CheckpointWriter(folder.path(), 1).write(sample_at(32));
  EXPECT_EQ(find_checkpoint(folder.path()).data, sample_at(32));
}

INSTANTIATE_TEST_SUITE_P(EveryPhase, CheckpointCrash, testing::ValuesIn(kPhases));

TEST(CheckpointCrashAnywhere, LeavesAWholeFile) {
  const TemporaryFolder folder;
  CheckpointWriter(folder.path(), 2).write(sample_at(0, 256));
  std::minstd_rand random(7);
  for (int round = 0; round < 30; ++round) {
    const pid_t child = start_child([&] {
      CheckpointWriter writer(folder.path(), 2);
      for (int step = 1; step < 50; step = step % 49 + 1) writer.write(sample_at(step, 256));
    });
    ::usleep(static_cast<useconds_t>(5'000 + random() % 40'000));
    ::kill(child, SIGKILL);
    expect_killed(child);
    const FoundCheckpoint found = find_checkpoint(folder.path());
    ASSERT_TRUE(found.data.has_value()) << round;
    EXPECT_EQ(*found.data, sample_at(found.data->progress.next_step, 256));
    EXPECT_THAT(found.rejected, IsEmpty());
  }
}

/// A file system in memory over a folder, where the system lets us.
class SmallDisk {
 public:
  SmallDisk(fs::path path, const char* options) : path_(std::move(path)) {
    fs::create_directories(path_);
    is_mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, options) == 0;
  }
  ~SmallDisk() {
    if (is_mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool is_mounted() const { return is_mounted_; }
  bool make_read_only() const {
    return ::mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }

 private:
  fs::path path_;
  bool is_mounted_ = false;
};

TEST(CheckpointDisk, AFullOneIsAnIoErrorAndTheOlderFileStays) {
  const TemporaryFolder folder;
  const SmallDisk disk(folder / "disk", "size=200k");
  if (!disk.is_mounted()) GTEST_SKIP() << "mounting needs root: " << std::strerror(errno);
  CheckpointWriter writer(folder / "disk", 2);
  writer.write(sample_at(30));
  EXPECT_THAT(message_of<IoError>([&] { writer.write(sample_at(31, 160)); }),
              HasSubstr("item-00003-stage-2-step-031.h5: cannot write: No space left on device"));
  EXPECT_EQ(find_checkpoint(folder / "disk").data, sample_at(30));
  EXPECT_EQ(count_leftovers(folder / "disk"), 0);
  writer.write(sample_at(32));
}

TEST(CheckpointDisk, AReadOnlyOneCannotTakeFiles) {
  const TemporaryFolder folder;
  const SmallDisk disk(folder / "disk", "size=1m");
  if (!disk.is_mounted()) GTEST_SKIP() << "mounting needs root: " << std::strerror(errno);
  CheckpointWriter writer(folder / "disk", 2);
  writer.write(sample_at(30));
  ASSERT_TRUE(disk.make_read_only());
  EXPECT_THAT(message_of<CannotCreateError>([&] { writer.write(sample_at(31)); }),
              HasSubstr("cannot create: Read-only file system"));
  EXPECT_EQ(find_checkpoint(folder / "disk").data, sample_at(30));
}

}  // namespace
}  // namespace tessera::storage
