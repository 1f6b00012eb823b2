#include "storage/safetensors_file.h"

#include <cstring>
#include <optional>

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/safetensors_bytes.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

constexpr const char* kTwoTensors =
    R"({"b":{"dtype":"U8","shape":[2,2],"data_offsets":[4,8]},)"
    R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"__metadata__":{"by":"hand"}})";

class SafetensorsFileTest : public testing::Test {
 protected:
  std::string refusal(const std::string& bytes) {
    const auto path = folder_.put("m.safetensors", bytes);
    return message_of<DataError>([&] { SafetensorsFile::open(path); });
  }
  std::string refusal(std::string_view header, std::size_t data_bytes) {
    return refusal(safetensors_bytes(header, std::string(data_bytes, '\0')));
  }
  TemporaryFolder folder_;
};

TEST_F(SafetensorsFileTest, ShowsNamesShapesAndBytes) {
  const float value = 2.5f;
  std::string data(8, 'x');
  std::memcpy(data.data(), &value, sizeof value);
  std::optional<SafetensorsFile> file =
      SafetensorsFile::open(folder_.put("m.safetensors", safetensors_bytes(kTwoTensors, data)));
  const SafetensorsFile copy = *file;
  file.reset();
  ASSERT_EQ(copy.tensors().size(), 2u);
  const TensorView* a = copy.find("a");
  ASSERT_NE(a, nullptr);
  float read = 0;
  std::memcpy(&read, a->bytes.data(), sizeof read);
  EXPECT_EQ(read, value);
  EXPECT_EQ(copy.find("b")->shape, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(copy.find("b")->bytes[0], std::byte{'x'});
  EXPECT_EQ(copy.find("c"), nullptr);
  EXPECT_EQ(copy.metadata().at("by"), "hand");
  EXPECT_EQ(copy.path(), folder_ / "m.safetensors");
}

TEST_F(SafetensorsFileTest, AllowsTensorsWithoutElements) {
  const auto path = folder_.put(
      "m", safetensors_bytes(R"({"e":{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]},)"
                             R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                             R"("f":{"dtype":"F32","shape":[3,0],"data_offsets":[1,1]}})",
                             "x"));
  EXPECT_EQ(SafetensorsFile::open(path).tensors().size(), 3u);
}

TEST_F(SafetensorsFileTest, AnAbsentFileIsMissing) {
  EXPECT_THAT(message_of<MissingFileError>([&] { SafetensorsFile::open(folder_ / "no"); }),
              HasSubstr("no: no such file"));
}

TEST_F(SafetensorsFileTest, RefusesALengthThatLies) {
  EXPECT_THAT(refusal(""), HasSubstr("truncated: 0 bytes"));
  EXPECT_THAT(refusal("1234567"), HasSubstr("truncated: 7 bytes"));
  EXPECT_THAT(refusal(std::string("\x10\0\0\0\0\0\0\0{}", 10)),
              HasSubstr("truncated: the header has 16 bytes, the file 10"));
  EXPECT_THAT(refusal(std::string(8, '\xff')), HasSubstr("a header of 18446744073709551615 bytes"));
  EXPECT_THAT(refusal(std::string("\x01\xe1\xf5\x05\0\0\0\0{}", 10)),
              HasSubstr("a header of 100000001 bytes"));
}

TEST_F(SafetensorsFileTest, RefusesRangesOutsideTheFile) {
  EXPECT_THAT(refusal(kTwoTensors, 7),
              HasSubstr("tensor \"b\" has the byte range [4,8), the file holds 7 bytes"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[2,1]}})", 2),
              HasSubstr("the byte range [2,1)"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[1],)"
                      R"("data_offsets":[18446744073709551615,18446744073709551615]}})",
                      1),
              HasSubstr("the byte range [18446744073709551615"));
}

TEST_F(SafetensorsFileTest, RefusesSizesThatDoNotFitTheShape) {
  EXPECT_THAT(refusal(R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,20]}})", 20),
              HasSubstr("tensor \"a\" is F32 [2,3], 24 bytes, but has 20"));
  EXPECT_THAT(
      refusal(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", 0),
      HasSubstr("more bytes than can be counted"));
}

TEST_F(SafetensorsFileTest, RefusesOverlapsHolesAndBytesLeft) {
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
                      R"("b":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}})",
                      7),
              HasSubstr("tensor \"b\" overlaps another tensor"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
                      R"("b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
                      4),
              HasSubstr("overlaps another tensor"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[1,5]}})", 5),
              HasSubstr("tensor \"a\" follows a hole"));
  EXPECT_THAT(refusal(kTwoTensors, 11), HasSubstr("3 bytes after the last tensor belong to none"));
}

}  // namespace
}  // namespace tessera::storage
