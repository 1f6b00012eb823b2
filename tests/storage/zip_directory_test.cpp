#include "storage/zip_directory.h"

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/zip_bytes.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

std::vector<ZipEntry> read(const std::string& bytes) {
  return read_zip_directory(std::as_bytes(std::span(bytes.data(), bytes.size())), "a.zip");
}

std::string refusal(const std::string& bytes) {
  return message_of<DataError>([&] { read(bytes); });
}

/// The bytes with one replaced by its complement.
std::string spoiled(std::string bytes, std::size_t at) {
  bytes.at(at) = static_cast<char>(~bytes.at(at));
  return bytes;
}

TEST(ZipDirectory, FindsEntriesInTheirOrder) {
  for (const ZipForm form : {ZipForm::Plain, ZipForm::Zip64}) {
    const std::string bytes = zip_bytes({{"b", "12345"}, deflated("a", "text")}, form);
    const std::vector<ZipEntry> entries = read(bytes);
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[0].name, "b");
    EXPECT_EQ(entries[0].packed.size(), 5u);
    EXPECT_EQ(std::to_integer<char>(entries[0].packed[0]), '1');
    EXPECT_EQ(entries[1].method, 8);
    EXPECT_EQ(entries[1].bytes, 4u);
  }
  EXPECT_TRUE(read(zip_bytes({})).empty());
}

TEST(ZipDirectory, LeavesSizesOpenWhereTheHeaderDoes) {
  std::string bytes = zip_bytes({ZipMember{.name = "b", .content = "12345", .flags = 8}});
  bytes.replace(14, 12, std::string(12, '\0'));  // checksum and sizes of the first header
  EXPECT_EQ(read(bytes).at(0).packed.size(), 5u);
}

TEST(ZipDirectory, AllowsAComment) {
  std::string bytes = zip_bytes({{"b", "12345"}});
  bytes.replace(bytes.size() - 2, 2, std::string("\3\0abc", 5));
  EXPECT_EQ(read(bytes).size(), 1u);
  EXPECT_THAT(refusal(bytes + "d"), HasSubstr("the directory at the end of a zip file is missing"));
}

TEST(ZipDirectory, RefusesEveryTruncation) {
  for (const ZipForm form : {ZipForm::Plain, ZipForm::Zip64}) {
    const std::string bytes = zip_bytes({{"b", "12345"}}, form);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      EXPECT_THROW(read(bytes.substr(0, length)), DataError) << length;
    }
  }
}

TEST(ZipDirectory, RefusesAHeaderThatDiffers) {
  const std::string bytes = zip_bytes({{"b", "12345"}});
  for (const std::size_t at : {0u, 6u, 8u, 14u, 18u, 22u, 26u, 30u}) {
    EXPECT_THAT(refusal(spoiled(bytes, at)), HasSubstr("entry \"b\" has a header that differs"))
        << at;
  }
}

TEST(ZipDirectory, RefusesADirectoryThatIsDamagedOrElsewhere) {
  const std::string bytes = zip_bytes({{"b", "12345"}});
  const std::size_t directory = bytes.find("PK\1\2"), end = bytes.find("PK\5\6");
  EXPECT_THAT(refusal(spoiled(bytes, directory)),
              HasSubstr("directory of the zip file is damaged"));
  EXPECT_THAT(refusal(spoiled(bytes, directory + 28)), HasSubstr("is damaged"));
  EXPECT_THAT(refusal(spoiled(bytes, directory + 45)), HasSubstr("has a header that differs"));
  EXPECT_THAT(refusal(spoiled(bytes, end + 10)), HasSubstr("has 1 entries, not 254"));
  EXPECT_THAT(refusal(spoiled(bytes, end + 15)), HasSubstr("lies outside of the file"));
  const std::string wide = zip_bytes({{"b", "12345"}}, ZipForm::Zip64);
  const std::size_t record = wide.find("PK\6\6");
  EXPECT_THAT(refusal(spoiled(wide, record)), HasSubstr("zip64 directory is missing"));
  EXPECT_THAT(refusal(spoiled(wide, record + 55)), HasSubstr("zip64 directory lies outside"));
}

}  // namespace
}  // namespace tessera::storage
