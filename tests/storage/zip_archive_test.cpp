#include "storage/zip_archive.h"

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"
#include "tests/storage/zip_bytes.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

class ZipArchiveTest : public testing::Test {
 protected:
  ZipArchive open(const std::string& bytes) {
    return ZipArchive::open(folder_.put("a.zip", bytes));
  }
  std::string refusal(const std::string& bytes) {
    return message_of<DataError>([&] { open(bytes); });
  }
  std::string refusal(const ZipMember& member) { return refusal(zip_bytes({member})); }

  TemporaryFolder folder_;
};

TEST_F(ZipArchiveTest, ReadsStoredAndDeflatedEntries) {
  for (const ZipForm form : {ZipForm::Plain, ZipForm::Zip64}) {
    const ZipArchive archive =
        open(zip_bytes({{"a/x", "stored bytes"}, deflated("a/y", std::string(5000, 'y'))}, form));
    EXPECT_EQ(archive.entries().size(), 2u);
    EXPECT_EQ(archive.read("a/x", 100), "stored bytes");
    EXPECT_EQ(archive.read("a/y", 5000), std::string(5000, 'y'));
    EXPECT_EQ(archive.stored("a/x").size(), 12u);
    archive.verify("a/x");
  }
}

TEST_F(ZipArchiveTest, RefusesEntriesThatAreAbsentOrOfAnotherForm) {
  const ZipArchive archive = open(zip_bytes({deflated("y", std::string(5000, 'y'))}));
  const auto fault = [&](auto call) { return message_of<DataError>([&] { call(archive); }); };
  EXPECT_THAT(fault([](const ZipArchive& a) { a.read("z", 9); }),
              HasSubstr("a.zip: entry \"z\" is missing"));
  EXPECT_THAT(fault([](const ZipArchive& a) { a.stored("y"); }),
              HasSubstr("entry \"y\" is compressed"));
}

TEST_F(ZipArchiveTest, UnpacksNoMoreThanIsAllowedOrClaimed) {
  const std::string bomb(100'000, '\0');
  const ZipArchive archive = open(zip_bytes({deflated("y", bomb)}));
  EXPECT_THAT(message_of<DataError>([&] { archive.read("y", 99'999); }),
              HasSubstr("entry \"y\" claims 100000 bytes, at most 99999 are read"));
  ZipMember liar = deflated("y", bomb);
  liar.bytes = 10;
  EXPECT_THAT(message_of<DataError>([&] { open(zip_bytes({liar})).read("y", 1000); }),
              HasSubstr("entry \"y\" is damaged"));
}

TEST_F(ZipArchiveTest, FindsAChangedByte) {
  std::string bytes = zip_bytes({{"x", "stored bytes"}, deflated("y", "deflated bytes")});
  bytes[bytes.find("bytes")] = 'B';
  const ZipArchive archive = open(bytes);
  EXPECT_THAT(message_of<DataError>([&] { archive.verify("x"); }),
              HasSubstr("entry \"x\" is damaged: its checksum differs"));
  EXPECT_THROW(archive.read("x", 100), DataError);
  EXPECT_EQ(archive.read("y", 100), "deflated bytes");
}

TEST_F(ZipArchiveTest, RefusesWhatIsNoZipFile) {
  EXPECT_THROW(ZipArchive::open(folder_ / "none"), MissingFileError);
  EXPECT_THAT(refusal("no zip"), HasSubstr("a.zip: the directory at the end of a zip file is"));
  EXPECT_THAT(refusal(std::string()), HasSubstr("truncated"));
  const std::string bytes = zip_bytes({{"x", "stored bytes"}});
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_THROW(open(bytes.substr(0, length)), DataError) << length;
  }
}

TEST_F(ZipArchiveTest, RefusesNamesThatLeaveTheArchive) {
  for (const std::string name : {"../x", "a/../../x", "/etc/passwd", "a\\x", "a\nx"}) {
    EXPECT_THAT(refusal(ZipMember{name, "x"}), HasSubstr("leaves the archive")) << name;
  }
  EXPECT_THAT(refusal(zip_bytes({{"x", "1"}, {"x", "2"}})), HasSubstr("entry \"x\" comes twice"));
}

TEST_F(ZipArchiveTest, RefusesClaimsThatTheFileCannotHold) {
  ZipMember huge{"x", "12345"};
  huge.packed_bytes = huge.bytes = 4'000'000'000u;
  EXPECT_THAT(refusal(huge),
              HasSubstr("entry \"x\" claims 4000000000 bytes, more than the file has"));
  ZipMember uneven{"x", "12345"};
  uneven.bytes = 1'000'000;
  EXPECT_THAT(refusal(uneven), HasSubstr("is stored, but claims 1000000 bytes unpacked, 5 packed"));
}

TEST_F(ZipArchiveTest, RefusesEntriesThatShareBytes) {
  // The second entry lies inside of the first one, header and all.
  ZipMember inner{"y", "12345"};
  const ZipMember outer{"x", zip_bytes({inner})};
  inner.header_offset = 31;  // after the header of "x"
  EXPECT_THAT(refusal(zip_bytes({outer, inner})), HasSubstr("entry \"y\" overlaps entry \"x\""));
}

TEST_F(ZipArchiveTest, RefusesEncryptionAndOtherCompression) {
  ZipMember member{"x", "12345"};
  member.flags = 1;
  EXPECT_THAT(refusal(member), HasSubstr("entry \"x\" is encrypted"));
  member.flags = 0;
  member.method = 12;
  EXPECT_THAT(refusal(member), HasSubstr("is compressed by method 12"));
}

}  // namespace
}  // namespace tessera::storage
