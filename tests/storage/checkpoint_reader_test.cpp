#include "storage/checkpoint_reader.h"

#include <cmath>
#include <functional>

#include "storage/checkpoint_writer.h"
#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/storage/edited_checkpoint.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/sample_checkpoint.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string message_after(const std::function<void(hid_t)>& change) {
  const TemporaryFolder folder;
  const fs::path file = edited(folder, sample_checkpoint(), change);
  return message_of<DataError>([&] { read_checkpoint(file); });
}

TEST(CheckpointReader, ReadsEveryFieldBack) {
  const TemporaryFolder folder;
  CheckpointWriter writer(folder.path(), 1);
  EXPECT_EQ(read_checkpoint(writer.write(sample_checkpoint()).file), sample_checkpoint());
  CheckpointData least;
  least.x = sample_array({1, 4, 1, 1});
  EXPECT_EQ(read_checkpoint(writer.write(least).file), least);
  CheckpointData clip = sample_checkpoint();
  clip.x = sample_array({16, 4, 33, 40});
  clip.z_up = {};
  EXPECT_EQ(read_checkpoint(writer.write(clip).file), clip);
}

TEST(CheckpointReader, TheHeaderHasShapesAndNoValues) {
  const TemporaryFolder folder;
  CheckpointData data = sample_checkpoint();
  const fs::path file = CheckpointWriter(folder.path(), 1).write(data).file;
  data.x.values.clear();
  data.z_up.values.clear();
  for (CheckpointStage& stage : data.stages) stage.latents.values.clear();
  EXPECT_EQ(read_checkpoint_header(file), data);
}

TEST(CheckpointReader, IgnoresGroupsItDoesNotKnow) {
  const TemporaryFolder folder;
  const fs::path file = edited(folder, sample_checkpoint(), [](hid_t h5) {
    H5Gclose(H5Gcreate2(h5, "/later", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  });
  EXPECT_EQ(read_checkpoint(file), sample_checkpoint());
}

TEST(CheckpointReader, RefusesAnotherFormatWithBothNumbers) {
  EXPECT_THAT(message_after([](hid_t h5) { set_integer(h5, "/", "format_version", 2); }),
              HasSubstr("it has format version 2; this program reads version 1"));
  EXPECT_THAT(message_after([](hid_t h5) { H5Adelete(h5, "format_name"); }),
              HasSubstr("/@format_name: the attribute is missing"));
}

TEST(CheckpointReader, RefusesMissingPartsByName) {
  EXPECT_THAT(message_after([](hid_t h5) { H5Ldelete(h5, "/latents/x", H5P_DEFAULT); }),
              HasSubstr("/latents/x: the dataset is missing"));
  EXPECT_THAT(message_after([](hid_t h5) { H5Ldelete(h5, "/stages/1", H5P_DEFAULT); }),
              HasSubstr("/stages/1/latents: the dataset is missing"));
  EXPECT_THAT(message_after([](hid_t h5) { H5Ldelete(h5, "/outputs/file", H5P_DEFAULT); }),
              HasSubstr("/outputs/file: the dataset is missing"));
  EXPECT_THAT(message_after([](hid_t h5) { H5Ldelete(h5, "/progress", H5P_DEFAULT); }),
              HasSubstr("/progress@item: the attribute is missing"));
}

TEST(CheckpointReader, RefusesPartsThatChangedTheirPlace) {
  EXPECT_THAT(message_after([](hid_t h5) {
                H5Lmove(h5, "/latents/x", h5, "/latents/y", H5P_DEFAULT, H5P_DEFAULT);
                H5Lmove(h5, "/latents/z_up", h5, "/latents/x", H5P_DEFAULT, H5P_DEFAULT);
                H5Lmove(h5, "/latents/y", h5, "/latents/z_up", H5P_DEFAULT, H5P_DEFAULT);
              }),
              HasSubstr("its attribute content_digest says"));
}

TEST(CheckpointReader, RefusesAPositionThatCannotBe) {
  EXPECT_THAT(message_after([](hid_t h5) { set_integer(h5, "/progress", "stage", 3); }),
              HasSubstr("/progress@stage: 3 is not in 0..2"));
  EXPECT_THAT(message_after([](hid_t h5) { set_integer(h5, "/progress", "item", 1LL << 40); }),
              HasSubstr("/progress@item: 1099511627776 does not fit into 32 bits"));
  EXPECT_THAT(message_after([](hid_t h5) { set_integer(h5, "/progress", "next_step", 30); }),
              HasSubstr("content_digest"));
}

TEST(CheckpointReader, RefusesValuesThatAreNotFinite) {
  const TemporaryFolder folder;
  CheckpointData data = sample_checkpoint();
  data.z_up.values[9] = std::nanf("");
  const fs::path file = edited(folder, data, [](hid_t) {});
  EXPECT_THAT(message_of<DataError>([&] { read_checkpoint(file); }),
              HasSubstr("/latents/z_up: value 9 is nan"));
}

TEST(CheckpointReader, RefusesAFolderAndAMissingFile) {
  const TemporaryFolder folder;
  EXPECT_THAT(message_of<DataError>([&] { read_checkpoint(folder.path()); }),
              HasSubstr("not a regular file"));
  EXPECT_THROW(read_checkpoint(folder / "none.h5"), MissingFileError);
}

TEST(FindCheckpoint, LooksOnlyAtItemsThatAreWanted) {
  const TemporaryFolder folder;
  CheckpointWriter(folder.path(), 1).write(sample_checkpoint());
  folder.put("item-00004-stage-0-end.h5", "damaged");
  const FoundCheckpoint found = find_checkpoint(folder.path(), [](int item) { return item == 3; });
  EXPECT_EQ(found.data, sample_checkpoint());
  EXPECT_THAT(found.rejected, IsEmpty());
  EXPECT_TRUE(find_checkpoint(folder.path(), [](int item) { return item == 5; }).empty());
}

TEST(FindCheckpoint, TakesTheNewestAndNamesTheDamagedOnesBeforeIt) {
  const TemporaryFolder folder;
  CheckpointWriter writer(folder.path(), 9);
  CheckpointData data = sample_checkpoint();
  for (const int step : {29, 30, 31}) {
    data.progress.next_step = step;
    writer.write(data);
  }
  EXPECT_EQ(find_checkpoint(folder.path()).file, folder / "item-00003-stage-2-step-031.h5");
  EXPECT_THAT(find_checkpoint(folder.path()).rejected, IsEmpty());
  folder.put("item-00003-stage-2-step-031.h5", "");
  folder.put("item-00003-stage-2-end.h5", read_text(folder / "item-00003-stage-2-step-029.h5"));
  fs::create_directory(folder / "item-00004-stage-0-end.h5");
  const FoundCheckpoint found = find_checkpoint(folder.path());
  EXPECT_EQ(found.file, folder / "item-00003-stage-2-step-030.h5");
  EXPECT_EQ(found.data->progress.next_step, 30);
  EXPECT_THAT(found.rejected,
              ElementsAre("item-00004-stage-0-end.h5: not a regular file",
                          "item-00003-stage-2-end.h5: its content is that of "
                          "item-00003-stage-2-step-029.h5",
                          "item-00003-stage-2-step-031.h5: 0 bytes are too few for a checkpoint"));
}

TEST(FindCheckpoint, DoesNotPassOverWhatMayBeGood) {
  const TemporaryFolder folder;
  CheckpointWriter writer(folder.path(), 9);
  CheckpointData data = sample_checkpoint();
  for (const int step : {29, 30}) {
    data.progress.next_step = step;
    writer.write(data);
  }
  const fs::path newest = folder / "item-00003-stage-2-step-030.h5";
  fs::rename(edited(folder, data, [](hid_t h5) { set_integer(h5, "/", "format_version", 2); }),
             newest);
  EXPECT_THAT(message_of<CheckpointVersionError>([&] { find_checkpoint(folder.path()); }),
              testing::AllOf(HasSubstr(newest.string()), HasSubstr("version 2")));
  fs::remove(newest);
  fs::create_symlink(newest, newest);  // opening it fails with ELOOP, also for root
  EXPECT_THAT(message_of<IoError>([&] { find_checkpoint(folder.path()); }),
              HasSubstr(newest.string() + ": cannot open"));
}

TEST(FindCheckpoint, TellsNoFilesFromNoValidOnes) {
  const TemporaryFolder folder;
  EXPECT_TRUE(find_checkpoint(folder / "none").empty());
  EXPECT_TRUE(find_checkpoint(folder.path()).empty());
  folder.put("item-00003-stage-2-end.h5", "x");
  const FoundCheckpoint found = find_checkpoint(folder.path());
  EXPECT_FALSE(found.empty());
  EXPECT_FALSE(found.data.has_value());
  EXPECT_THAT(found.rejected, testing::SizeIs(1));
}

}  // namespace
}  // namespace tessera::storage
