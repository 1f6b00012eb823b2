#include "storage/existing_file.h"

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

constexpr OnExists kPolicies[] = {OnExists::Error, OnExists::Skip, OnExists::Overwrite,
                                  OnExists::Suffix};

TEST(ExistingFile, AFreeNameIsTakenWhateverThePolicy) {
  const TemporaryFolder folder;
  for (const OnExists policy : kPolicies) {
    EXPECT_EQ(settle_existing(folder / "a.png", policy), folder / "a.png");
  }
}

TEST(ExistingFile, EachPolicySettlesATakenName) {
  const TemporaryFolder folder;
  const auto taken = folder.put("a.b.png", "");
  EXPECT_THAT(message_of<CannotCreateError>([&] { settle_existing(taken, OnExists::Error); }),
              HasSubstr("a.b.png: exists already"));
  EXPECT_EQ(settle_existing(taken, OnExists::Skip), std::nullopt);
  EXPECT_EQ(settle_existing(taken, OnExists::Overwrite), taken);
  EXPECT_EQ(settle_existing(taken, OnExists::Suffix), folder / "a.b_2.png");
  folder.put("a.b_2.png", "");
  EXPECT_EQ(settle_existing(taken, OnExists::Suffix), folder / "a.b_3.png");
}

TEST(ExistingFile, ADanglingLinkIsNotFree) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("nowhere", folder / "a.png");
  EXPECT_THROW(settle_existing(folder / "a.png", OnExists::Error), CannotCreateError);
}

TEST(ExistingFile, AFolderIsNeverReplaced) {
  const TemporaryFolder folder;
  for (const OnExists policy : kPolicies) {
    EXPECT_THROW(settle_existing(folder.path(), policy), CannotCreateError);
  }
}

}  // namespace
}  // namespace tessera::storage
