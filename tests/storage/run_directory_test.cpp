#include "storage/run_directory.h"

#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

TEST(RunDirectory, IsCreatedWithItsFoldersAndNothingElse) {
  const TemporaryFolder folder;
  for (int time = 0; time < 2; ++time) {
    const RunDirectory run = RunDirectory::create(folder / "runs/first");
    EXPECT_EQ(run.root(), folder / "runs/first");
    EXPECT_TRUE(fs::is_directory(run.root() / "images"));
    EXPECT_TRUE(fs::is_directory(run.logs()));
    EXPECT_TRUE(fs::is_empty(run.root() / "images"));
    EXPECT_TRUE(fs::is_empty(run.logs()));
  }
}

TEST(RunDirectory, TextsAreWrittenWithTheFoldersAboveThem) {
  const TemporaryFolder folder;
  const RunDirectory run = RunDirectory::create(folder / "run");
  run.write_text("run.yaml", "version: 1\n");
  run.write_text("previews/deep/a.txt", "x");
  EXPECT_EQ(read_text(run.root() / "run.yaml"), "version: 1\n");
  EXPECT_EQ(read_text(run.file("previews/deep/a.txt")), "x");
}

TEST(RunDirectory, ThatVanishedIsNotMadeAnew) {
  const TemporaryFolder folder;
  const RunDirectory run = RunDirectory::create(folder / "run");
  fs::rename(folder / "run", folder / "aside");
  EXPECT_THAT(message_of<CannotCreateError>([&] { run.write_text("report.json", "x"); }),
              AllOf(HasSubstr("run: the run folder is gone"), HasSubstr("report.json")));
  EXPECT_FALSE(fs::exists(folder / "run"));
}

TEST(RunDirectory, NothingIsWrittenOutside) {
  const TemporaryFolder folder;
  const RunDirectory run = RunDirectory::create(folder / "run");
  for (const char* name : {"../a", "/tmp/a", "images/../../a", ""}) {
    EXPECT_THROW(run.write_text(name, "x"), NamePatternError) << name;
  }
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(RunDirectory, AFileInThePlaceOfAFolderIsNamed) {
  const TemporaryFolder folder;
  folder.put("file", "");
  EXPECT_THAT(message_of<CannotCreateError>([&] { RunDirectory::create(folder / "file"); }),
              AllOf(HasSubstr("file: cannot create the folder"), HasSubstr("output.run_dir")));
  EXPECT_THAT(message_of<CannotCreateError>([&] { RunDirectory::create(folder / "file/run"); }),
              HasSubstr("Not a directory"));
}

TEST(RunDirectory, AFolderThatTakesNoFilesIsRefused) {
  // Not even the superuser can create anything in /proc.
  EXPECT_THAT(message_of<CannotCreateError>([] { RunDirectory::create("/proc/run"); }),
              AllOf(HasSubstr("/proc/run: cannot create the folder"), HasSubstr("--run-dir")));
}

TEST(RunDirectory, LeftoversOfAKilledRunAreRemoved) {
  const TemporaryFolder folder;
  const RunDirectory run = RunDirectory::create(folder / "run");
  folder.put("run/images/.a.png.tmp-17-0", "half");
  folder.put("run/.run.yaml.tmp-17-3", "half");
  folder.put("run/images/a.png", "whole");
  folder.put("run/images/.hidden", "whole");
  EXPECT_EQ(run.remove_leftovers(), 2);
  EXPECT_EQ(run.remove_leftovers(), 0);
  EXPECT_TRUE(fs::exists(folder / "run/images/a.png"));
  EXPECT_TRUE(fs::exists(folder / "run/images/.hidden"));
}

}  // namespace
}  // namespace tessera::storage
