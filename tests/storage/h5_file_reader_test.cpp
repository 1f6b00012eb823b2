#include "storage/h5_file_reader.h"

#include <cstdint>

#include "storage/checkpoint_digest.h"
#include "storage/h5_file_writer.h"
#include "storage/h5_handle.h"
#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/sample_checkpoint.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class H5FileReaderTest : public testing::Test {
 protected:
  H5FileReaderTest() : file_(folder_ / "a.h5") {
    const CheckpointData data = sample_checkpoint();
    const CheckpointLayout layout(data);
    const std::vector<std::byte> bytes = h5_file_bytes(layout, checkpoint_digest(layout));
    folder_.put("a.h5", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }

  H5Handle open() const {
    return H5Handle(H5Fopen(file_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
  }

  /// Adds a dataset of that form, with no values.
  void add(const char* path, hid_t type, std::vector<hsize_t> shape, std::vector<hsize_t> chunk) {
    const H5Handle file = open();
    const H5Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
                         H5Sclose);
    const H5Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    if (!chunk.empty()) {
      H5Pset_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data());
      H5Pset_fletcher32(creation.get());
    }
    const H5Handle dataset(
        H5Dcreate2(file.get(), path, type, space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT),
        H5Dclose);
    ASSERT_TRUE(dataset.is_open());
  }

  std::string shape_error(const char* path, Dtype dtype, std::size_t rank) const {
    return message_of<DataError>([&] { H5FileReader(file_).shape(path, dtype, rank); });
  }

  TemporaryFolder folder_;
  std::filesystem::path file_;
};

TEST_F(H5FileReaderTest, ReadsWhatWasWritten) {
  const H5FileReader reader(file_);
  EXPECT_EQ(reader.text_attribute("/", "mode"), "paper");
  EXPECT_EQ(reader.integer_attribute("/progress", "next_step"), 31);
  EXPECT_EQ(reader.unsigned_attribute("/progress", "seed"), 18446744073709551615ULL);
  EXPECT_THAT(reader.shape("/latents/x", Dtype::F32, 4), ElementsAre(1, 4, 40, 40));
  std::vector<float> values(6400);
  reader.read("/latents/x", Dtype::F32, std::as_writable_bytes(std::span(values)));
  EXPECT_EQ(values, sample_checkpoint().x.values);
}

TEST_F(H5FileReaderTest, NamesTheAttributeAndWhatIsWrongWithIt) {
  const H5FileReader reader(file_);
  EXPECT_THAT(message_of<DataError>([&] { reader.text_attribute("/", "colour"); }),
              HasSubstr("a.h5: /@colour: the attribute is missing"));
  EXPECT_THAT(message_of<DataError>([&] { reader.text_attribute("/", "format_version"); }),
              HasSubstr("not a text of fixed length"));
  EXPECT_THAT(message_of<DataError>([&] { reader.integer_attribute("/", "mode"); }),
              HasSubstr("not one signed integer"));
  EXPECT_THAT(message_of<DataError>([&] { reader.integer_attribute("/progress", "seed"); }),
              HasSubstr("not one signed integer"));
}

TEST_F(H5FileReaderTest, RefusesAnotherTypeRankOrName) {
  EXPECT_THAT(shape_error("/latents/y", Dtype::F32, 4),
              HasSubstr("/latents/y: the dataset is missing"));
  EXPECT_THAT(shape_error("/latents", Dtype::F32, 4), HasSubstr("missing"));
  EXPECT_THAT(shape_error("/none/x", Dtype::F32, 4), HasSubstr("missing"));
  EXPECT_THAT(shape_error("/latents/x", Dtype::U8, 4), HasSubstr("not of the type U8"));
  EXPECT_THAT(shape_error("/config", Dtype::U8, 4), HasSubstr("it has 1 dimensions, not 4"));
  add("/half", H5T_IEEE_F64LE, {1, 4, 8, 8}, {1, 4, 8, 8});
  EXPECT_THAT(shape_error("/half", Dtype::F32, 4), HasSubstr("not of the type F32"));
}

TEST_F(H5FileReaderTest, RefusesSizesThatTheFileCannotHold) {
  add("/huge", H5T_IEEE_F32LE, {1, 4, 1ULL << 30, 1ULL << 20}, {1, 4, 32, 1ULL << 20});
  EXPECT_THAT(shape_error("/huge", Dtype::F32, 4),
              HasSubstr("a shape of [1,4,1073741824,1048576] does not fit into a file of"));
  add("/most", H5T_STD_U8LE, {1ULL << 62}, {65536});
  EXPECT_THAT(shape_error("/most", Dtype::U8, 1), HasSubstr("does not fit"));
}

TEST_F(H5FileReaderTest, RefusesOtherStorage) {
  add("/plain", H5T_STD_U8LE, {8}, {});
  EXPECT_THAT(shape_error("/plain", Dtype::U8, 1), HasSubstr("not stored in chunks of [8]"));
  add("/small_chunks", H5T_STD_U8LE, {8}, {4});
  EXPECT_THAT(shape_error("/small_chunks", Dtype::U8, 1), HasSubstr("chunks of [8]"));
}

TEST_F(H5FileReaderTest, FollowsNoLinks) {
  {
    const H5Handle file = open();
    H5Lcreate_soft("/config", file.get(), "/soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external(file_.c_str(), "/config", file.get(), "/external", H5P_DEFAULT, H5P_DEFAULT);
  }
  EXPECT_THAT(shape_error("/soft", Dtype::U8, 1), HasSubstr("missing"));
  EXPECT_THAT(shape_error("/external", Dtype::U8, 1), HasSubstr("missing"));
}

TEST_F(H5FileReaderTest, RefusesATargetOfAnotherSize) {
  std::vector<std::byte> target(4);
  EXPECT_THAT(
      message_of<DataError>([&] { H5FileReader(file_).read("/latents/x", Dtype::F32, target); }),
      HasSubstr("/latents/x: it has 6400 values, not 1"));
}

TEST_F(H5FileReaderTest, SaysWhyAFileCannotBeOpened) {
  EXPECT_THAT(message_of<DataError>([&] { H5FileReader(folder_.put("b.h5", "text")); }),
              HasSubstr("b.h5: HDF5 cannot open it: unable to open file"));
}

}  // namespace
}  // namespace tessera::storage
