#include "storage/model_locator.h"

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ModelLocatorTest : public testing::Test {
 protected:
  std::filesystem::path locate(const std::string& argument) {
    return locate_model(argument, home_.path());
  }
  const std::string repository_ = "hub/models--acme--small-model_1.0/";
  TemporaryFolder home_;
};

TEST_F(ModelLocatorTest, AFolderWithAModelIndexIsTheModel) {
  home_.put("model/model_index.json", "{}");
  EXPECT_EQ(locate((home_ / "model").string()), home_ / "model");
}

TEST_F(ModelLocatorTest, AFolderWithoutAModelIndexIsNone) {
  home_.put("model/unet/config.json", "{}");
  EXPECT_THAT(message_of<MissingFileError>([&] { locate((home_ / "model").string()); }),
              HasSubstr("no model_index.json"));
}

TEST_F(ModelLocatorTest, SingleFilesAreNamedAsNotSupported) {
  EXPECT_THAT(message_of<DataError>([&] { locate(home_.put("m.safetensors", "").string()); }),
              AllOf(HasSubstr("m.safetensors"), HasSubstr("not supported yet")));
  EXPECT_THAT(message_of<DataError>([&] { locate(home_.put("m.ckpt", "").string()); }),
              HasSubstr("can hold code"));
  EXPECT_THAT(message_of<DataError>([&] { locate(home_.put("m.txt", "").string()); }),
              HasSubstr("not a model"));
}

TEST_F(ModelLocatorTest, TheCacheGivesTheSnapshotOfTheMainBranch) {
  home_.put(repository_ + "snapshots/aaa/model_index.json", "{}");
  home_.put(repository_ + "snapshots/bbb/model_index.json", "{}");
  EXPECT_THAT(message_of<MissingFileError>([&] { locate("acme/small-model_1.0"); }),
              HasSubstr("2 snapshots and no refs/main"));
  home_.put(repository_ + "refs/main", "bbb\n");
  EXPECT_EQ(locate("acme/small-model_1.0"), home_ / (repository_ + "snapshots/bbb"));
}

TEST_F(ModelLocatorTest, AnOnlySnapshotNeedsNoReference) {
  home_.put(repository_ + "snapshots/aaa/model_index.json", "{}");
  home_.put(repository_ + "refs/main", "../../../elsewhere");
  EXPECT_EQ(locate("acme/small-model_1.0"), home_ / (repository_ + "snapshots/aaa"));
}

TEST_F(ModelLocatorTest, AnAbsentModelComesWithTheCommandThatFetchesIt) {
  EXPECT_THAT(message_of<MissingFileError>([&] { locate("acme/other"); }),
              AllOf(HasSubstr("acme/other"), HasSubstr((home_ / "hub").string()),
                    HasSubstr("hf download acme/other")));
}

TEST_F(ModelLocatorTest, OtherNamesAreMissingFolders) {
  for (const char* name : {"", "word", "/no/such/model", "../a", "a/b/c", "a/..", "a b/c"}) {
    EXPECT_THAT(message_of<MissingFileError>([&] { locate(name); }), HasSubstr("no such folder"))
        << name;
  }
}

TEST_F(ModelLocatorTest, AFolderWithAConfigIsAVideoModel) {
  home_.put("clips/config.json", "{}");
  home_.put("pictures/model_index.json", "{}");
  EXPECT_EQ(locate_video_model((home_ / "clips").string()), home_ / "clips");
  EXPECT_THAT(message_of<DataError>([&] { locate_video_model((home_ / "pictures").string()); }),
              HasSubstr("makes pictures"));
  EXPECT_THAT(message_of<MissingFileError>([&] { locate_video_model((home_ / "none").string()); }),
              HasSubstr("tessera convert"));
}

}  // namespace
}  // namespace tessera::storage
