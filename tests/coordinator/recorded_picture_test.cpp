#include "coordinator/recorded_picture.h"

#include <gtest/gtest.h>

#include <string>

#include "storage/storage_error.h"

namespace tessera::coordinator {
namespace {

TEST(RecordedPicture, ReadsWhatARecordTells) {
  const RecordedPicture read = read_record(
      R"({"program": "tessera", "format": 1, "version": "0.1.0", "torch": "2.13.0",
          "config": {"seed": 5}, "files": [{"key": "init.image", "name": "a.png", "sha256": "ff"}]})");
  EXPECT_EQ(read.config, R"({"seed":5})");
  EXPECT_EQ(read.version, "0.1.0");
  EXPECT_EQ(read.torch_version, "2.13.0");
  EXPECT_EQ(read.files, (std::vector<InputFile>{{"init.image", "a.png", "ff"}}));
}

TEST(RecordedPicture, LivesWithoutWhatItDoesNotNeed) {
  const RecordedPicture read = read_record(R"({"program":"tessera","format":1,"config":{}})");
  EXPECT_EQ(read.config, "{}");
  EXPECT_TRUE(read.files.empty());
}

TEST(RecordedPicture, RefusesWhatIsNoRecord) {
  for (const char* text :
       {"", "not json", "[]", "{}", R"({"program": "other", "format": 1, "config": {}})",
        R"({"program": "tessera", "format": 1})",
        R"({"program": "tessera", "format": 1, "config": 3})",
        R"({"program": "tessera", "config": {}})",
        R"({"program": 7, "format": 1, "config": {}})"}) {
    EXPECT_THROW(read_record(text), storage::DataError) << text;
  }
}

TEST(RecordedPicture, NamesBothFormatsOfALaterVersion) {
  try {
    read_record(R"({"program": "tessera", "format": 2, "config": {}})");
    FAIL() << "no error";
  } catch (const storage::DataError& error) {
    EXPECT_NE(std::string(error.what()).find("format 2"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("format 1"), std::string::npos);
  }
}

TEST(RecordedPicture, OddFilesAreRefusedOrReadAsEmpty) {
  const RecordedPicture read =
      read_record(R"({"program":"tessera","format":1,"config":{},"files":[{"key":1}, 5]})");
  EXPECT_EQ(read.files, (std::vector<InputFile>{{}, {}}));
}

}  // namespace
}  // namespace tessera::coordinator
