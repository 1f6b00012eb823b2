#include "storage/checkpoint_writer.h"

#include <sys/resource.h>

#include <csignal>
#include <limits>
#include <stdexcept>

#include "storage/atomic_file.h"
#include "storage/checkpoint_reader.h"
#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/sample_checkpoint.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

CheckpointData sample_at(int stage, int next_step) {
  CheckpointData data = sample_checkpoint();
  data.progress.stage = stage;
  data.progress.next_step = next_step;
  return data;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

TEST(CheckpointWriter, WritesAFileUnderItsNameInAFolderThatItMakes) {
  const TemporaryFolder folder;
  CheckpointWriter writer(folder / "checkpoints", 2);
  const WrittenCheckpoint written = writer.write(sample_checkpoint());
  EXPECT_EQ(written.file, folder / "checkpoints/item-00003-stage-2-step-031.h5");
  EXPECT_EQ(written.file, writer.path_of(sample_checkpoint().progress));
  EXPECT_EQ(written.bytes, fs::file_size(written.file));
  EXPECT_EQ(read_checkpoint(written.file), sample_checkpoint());
}

TEST(CheckpointWriter, DoesNotMakeARunDirectoryThatVanishedAnew) {
  const TemporaryFolder folder;
  CheckpointWriter writer(folder / "run/checkpoints", 2);
  EXPECT_THAT(message_of<CannotCreateError>([&] { writer.write(sample_checkpoint()); }),
              AllOf(HasSubstr("run/checkpoints: cannot create the folder: No such file"),
                    HasSubstr("output.run_dir")));
  EXPECT_FALSE(fs::exists(folder / "run"));
}

TEST(CheckpointWriter, ReplacesAFileOfThatName) {
  const TemporaryFolder folder;
  CheckpointWriter writer(folder.path(), 1);
  CheckpointData data = sample_checkpoint();
  writer.write(data);
  data.job_id = "another";
  EXPECT_EQ(read_checkpoint(writer.write(data).file).job_id, "another");
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(CheckpointWriter, GoesThroughThePhasesInOrder) {
  const TemporaryFolder folder;
  std::vector<CheckpointPhase> phases;
  CheckpointWriter writer(folder.path(), 1,
                          [&](CheckpointPhase phase) { phases.push_back(phase); });
  writer.write(sample_checkpoint());
  EXPECT_THAT(
      phases,
      ElementsAre(CheckpointPhase::Create, CheckpointPhase::Content, CheckpointPhase::Close,
                  CheckpointPhase::Trailer, CheckpointPhase::Verify, CheckpointPhase::Sync,
                  CheckpointPhase::Rename, CheckpointPhase::SyncFolder, CheckpointPhase::Prune));
}

TEST(CheckpointWriter, DeletesWhatIsSuperseded) {
  const TemporaryFolder folder;
  folder.put("item-00002-stage-2-end.h5", "of another item");
  folder.put("notes.txt", "not a checkpoint");
  CheckpointWriter writer(folder.path(), 2);
  for (const int step : {10, 20, 50}) writer.write(sample_at(1, step));
  for (const int step : {31, 32, 33}) writer.write(sample_at(2, step));
  EXPECT_THAT(names_in(folder.path()),
              ElementsAre("item-00003-stage-1-end.h5", "item-00003-stage-2-step-032.h5",
                          "item-00003-stage-2-step-033.h5", "notes.txt"));
}

TEST(CheckpointWriter, SparesAnItemUntilItsOwnFilesAreWritten) {
  const TemporaryFolder folder;
  const auto put = [&](int item) {
    CheckpointData data = sample_at(0, 4);
    data.progress.item = item;
    return data;
  };
  CheckpointWriter(folder.path(), 1).write(put(5));
  CheckpointWriter writer(folder.path(), 1);
  writer.spare({4, 5});
  writer.write(put(6));
  EXPECT_THAT(names_in(folder.path()),
              ElementsAre("item-00005-stage-0-step-004.h5", "item-00006-stage-0-step-004.h5"));
  writer.write(put(5));
  writer.write(put(7));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("item-00007-stage-0-step-004.h5"));
}

TEST(CheckpointWriter, AnErrorInAnyPhaseLeavesTheOlderFileAndNoOther) {
  for (const auto phase :
       {CheckpointPhase::Create, CheckpointPhase::Content, CheckpointPhase::Close,
        CheckpointPhase::Trailer, CheckpointPhase::Verify, CheckpointPhase::Sync,
        CheckpointPhase::Rename, CheckpointPhase::SyncFolder, CheckpointPhase::Prune}) {
    const TemporaryFolder folder;
    CheckpointWriter(folder.path(), 1).write(sample_at(2, 31));
    CheckpointWriter failing(folder.path(), 1, [&](CheckpointPhase reached) {
      if (reached == phase) throw IoError("injected");
    });
    EXPECT_THROW(failing.write(sample_at(2, 32)), IoError);
    const bool is_named = phase >= CheckpointPhase::SyncFolder;
    EXPECT_EQ(read_checkpoint(folder / "item-00003-stage-2-step-031.h5"), sample_at(2, 31));
    EXPECT_EQ(find_checkpoint(folder.path()).data, sample_at(2, is_named ? 32 : 31));
    EXPECT_EQ(folder.entries(), is_named ? 2u : 1u) << static_cast<int>(phase);
  }
}

TEST(CheckpointWriter, FindsWhatTheDiskChanged) {
  const TemporaryFolder folder;
  const auto damage = [&](CheckpointPhase phase) {
    if (phase != CheckpointPhase::Verify) return;
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      fs::resize_file(entry.path(), fs::file_size(entry.path()) - 100);
    }
  };
  CheckpointWriter writer(folder.path(), 1, damage);
  EXPECT_THAT(message_of<IoError>([&] { writer.write(sample_checkpoint()); }),
              HasSubstr("item-00003-stage-2-step-031.h5: what was written cannot be read back"));
  EXPECT_EQ(folder.entries(), 0u);
}

TEST(CheckpointWriter, ALimitOfTheFileSizeIsAnIoErrorAndLeavesNothing) {
  const TemporaryFolder folder;
  struct rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  CheckpointWriter writer(folder.path(), 1, [&](CheckpointPhase phase) {
    const struct rlimit small = {40'000, before.rlim_max};
    if (phase == CheckpointPhase::Close) ::setrlimit(RLIMIT_FSIZE, &small);
  });
  const std::string message = message_of<IoError>([&] { writer.write(sample_checkpoint()); });
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, previous);
  EXPECT_THAT(message, HasSubstr("File too large"));
  EXPECT_EQ(folder.entries(), 0u);
}

TEST(CheckpointWriter, SaysWhyTheFolderCannotTakeFiles) {
  const TemporaryFolder folder;
  folder.put("file", "");
  CheckpointWriter below_file(folder / "file/checkpoints", 1);
  EXPECT_THAT(message_of<CannotCreateError>([&] { below_file.write(sample_checkpoint()); }),
              HasSubstr("file/checkpoints: cannot create the folder: Not a directory"));
  fs::create_directories(folder / "c/item-00003-stage-2-step-031.h5/inside");
  CheckpointWriter taken(folder / "c", 1);
  EXPECT_THAT(message_of<CannotCreateError>([&] { taken.write(sample_checkpoint()); }),
              HasSubstr("cannot give the finished file its name"));
  EXPECT_THAT(names_in(folder / "c"), ElementsAre("item-00003-stage-2-step-031.h5"));
}

TEST(CheckpointWriter, AVanishedFolderIsAnErrorAndTheNextWriteMakesItAgain) {
  const TemporaryFolder folder;
  CheckpointWriter writer(folder / "c", 1, [&, is_first = true](CheckpointPhase phase) mutable {
    if (phase == CheckpointPhase::Trailer && std::exchange(is_first, false)) {
      fs::remove_all(folder / "c");
    }
  });
  EXPECT_THAT(message_of<IoError>([&] { writer.write(sample_checkpoint()); }),
              HasSubstr("no such file"));
  EXPECT_EQ(read_checkpoint(writer.write(sample_checkpoint()).file), sample_checkpoint());
}

TEST(CheckpointWriter, RefusesDataThatNoReaderWouldTake) {
  const TemporaryFolder folder;
  CheckpointWriter writer(folder.path(), 1);
  CheckpointData data = sample_checkpoint();
  data.x.values[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(message_of<DataError>([&] { writer.write(data); }),
              HasSubstr("item-00003-stage-2-step-031.h5: /latents/x: value 3 is nan"));
  EXPECT_EQ(folder.entries(), 0u);
  EXPECT_THROW(CheckpointWriter(folder.path(), 0), std::invalid_argument);
}

}  // namespace
}  // namespace tessera::storage
