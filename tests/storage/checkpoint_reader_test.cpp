#include "storage/checkpoint_reader.h"

#include <cmath>
#include <functional>

#include "storage/checkpoint_digest.h"
#include "storage/checkpoint_layout.h"
#include "storage/checkpoint_trailer.h"
#include "storage/checkpoint_writer.h"
#include "storage/content_digest.h"
#include "storage/h5_file_writer.h"
#include "storage/h5_handle.h"
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
using testing::IsEmpty;

/// The file of `data` after `change` edited it as an HDF5 file, with a trailer that fits.
fs::path edited(const TemporaryFolder& folder, const CheckpointData& data,
                const std::function<void(hid_t)>& change) {
  const CheckpointLayout layout(data);
  const std::vector<std::byte> written = h5_file_bytes(layout, checkpoint_digest(layout));
  const fs::path part =
      folder.put("part.h5", {reinterpret_cast<const char*>(written.data()), written.size()});
  {
    const H5Handle file(H5Fopen(part.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    change(file.get());
  }
  const std::string bytes = read_text(part);
  const auto trailer = make_trailer(bytes.size(), digest_of_text(bytes));
  return folder.put("edited.h5", bytes + std::string(reinterpret_cast<const char*>(trailer.data()),
                                                     trailer.size()));
}

void set_integer(hid_t file, const char* group, const char* name, std::int64_t value) {
  ASSERT_GE(H5Adelete_by_name(file, group, name, H5P_DEFAULT), 0);
  const H5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const H5Handle attribute(H5Acreate_by_name(file, group, name, H5T_STD_I64LE, space.get(),
                                             H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose);
  ASSERT_GE(H5Awrite(attribute.get(), H5T_NATIVE_INT64, &value), 0);
}

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
