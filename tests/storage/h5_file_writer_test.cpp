#include "storage/h5_file_writer.h"

#include <cstring>

#include "storage/checkpoint_digest.h"
#include "storage/h5_error_scope.h"
#include "storage/h5_handle.h"
#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/sample_checkpoint.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

std::string sample_bytes(const H5WriteSteps& steps = {}) {
  const CheckpointData data = sample_checkpoint();
  const CheckpointLayout layout(data);
  const std::vector<std::byte> bytes = h5_file_bytes(layout, checkpoint_digest(layout), steps);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(H5FileWriter, WritesTheLatestFormatInCheckedChunks) {
  const TemporaryFolder folder;
  const std::string bytes = sample_bytes();
  folder.put("a.h5", bytes);
  EXPECT_EQ(bytes.substr(0, 8), "\x89HDF\r\n\x1a\n");
  EXPECT_EQ(bytes[8], 3);  // version of the superblock: its checksum is part of it
  const H5Handle file(H5Fopen((folder / "a.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  const H5Handle dataset(H5Dopen2(file.get(), "/latents/x", H5P_DEFAULT), H5Dclose);
  ASSERT_TRUE(dataset.is_open());
  const H5Handle creation(H5Dget_create_plist(dataset.get()), H5Pclose);
  hsize_t chunk[4] = {};
  ASSERT_EQ(H5Pget_chunk(creation.get(), 4, chunk), 4);
  EXPECT_THAT(chunk, testing::ElementsAre(1, 4, 32, 40));
  EXPECT_EQ(H5Pget_nfilters(creation.get()), 1);
}

TEST(H5FileWriter, EndsWhereItsSuperblockSays) {
  const std::string bytes = sample_bytes();
  std::uint64_t end = 0;
  std::memcpy(&end, bytes.data() + 28, sizeof(end));
  EXPECT_EQ(end, bytes.size());
}

TEST(H5FileWriter, EqualLayoutsGiveEqualBytes) { EXPECT_EQ(sample_bytes(), sample_bytes()); }

TEST(H5FileWriter, CallsItsStepsInOrder) {
  std::string calls;
  sample_bytes(
      {.amid_datasets = [&] { calls += "amid "; }, .before_close = [&] { calls += "close"; }});
  EXPECT_EQ(calls, "amid close");
}

TEST(H5FileWriter, AnErrorInAStepLeavesHdf5Usable) {
  EXPECT_THROW(
      sample_bytes({.amid_datasets = [] { throw IoError("injected"); }, .before_close = {}}),
      IoError);
  EXPECT_EQ(sample_bytes().substr(1, 3), "HDF");
}

TEST(H5FileWriter, SaysWhatHdf5Says) {
  CheckpointData data = sample_checkpoint();
  data.x = {.shape = {1, 4, 0, 8}, .values = {}};
  const CheckpointLayout layout(data);
  EXPECT_THAT(message_of<IoError>([&] { h5_file_bytes(layout, "digest"); }),
              HasSubstr("HDF5 cannot write /latents/x: all chunk dimensions must be positive"));
}

}  // namespace
}  // namespace tessera::storage
