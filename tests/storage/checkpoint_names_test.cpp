#include "storage/checkpoint_names.h"

#include <algorithm>

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using Kind = CheckpointName::Kind;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names_of(const std::vector<NamedCheckpoint>& files) {
  std::vector<std::string> names;
  for (const NamedCheckpoint& file : files) names.push_back(file.file.filename().string());
  return names;
}

/// Files of item 1 in the order of the run, as a folder lists them.
std::vector<NamedCheckpoint> listed(std::vector<CheckpointName> names) {
  std::ranges::sort(names);
  std::vector<NamedCheckpoint> files;
  for (const CheckpointName& name : names) {
    const bool is_end = name.kind == Kind::StageEnd;
    files.push_back({name, checkpoint_name({.item = name.item,
                                            .stage = name.stage,
                                            .next_step = is_end ? 50 : name.step,
                                            .steps = 50})});
  }
  return files;
}

TEST(CheckpointNames, AreMadeOfItemStageAndStep) {
  EXPECT_EQ(checkpoint_name({.item = 3, .stage = 2, .next_step = 31, .steps = 50}),
            "item-00003-stage-2-step-031.h5");
  EXPECT_EQ(checkpoint_name({.item = 3, .stage = 2, .next_step = 50, .steps = 50}),
            "item-00003-stage-2-end.h5");
  EXPECT_EQ(checkpoint_name({.item = 123456, .stage = 10, .next_step = 1000, .steps = 1001}),
            "item-123456-stage-10-step-1000.h5");
}

TEST(CheckpointNames, AreReadAsTheyAreWritten) {
  EXPECT_EQ(parse_checkpoint_name("item-00003-stage-2-step-031.h5"),
            (CheckpointName{.item = 3, .stage = 2, .kind = Kind::Running, .step = 31}));
  EXPECT_EQ(parse_checkpoint_name("item-123456-stage-10-end.h5"),
            (CheckpointName{.item = 123456, .stage = 10, .kind = Kind::StageEnd}));
  for (const char* name :
       {"", "item-", "item-00003-stage-2-step-031.h5.bak",
        ".item-00003-stage-2-step-031.h5.tmp-1-0", "item-3-stage-2-step-031.h5",
        "item-00003-stage-02-end.h5", "item-00003-stage-2-step-31.h5", "item--0003-stage-2-end.h5",
        "item-99999999999-stage-2-end.h5", "item-00003-stage-2-finish.h5", "item-00003-stage-2-end",
        "segment-00003-stage-2-end.h5"}) {
    EXPECT_EQ(parse_checkpoint_name(name), std::nullopt) << name;
  }
}

TEST(CheckpointNames, AreOrderedByNumberWithTheEndAfterTheSteps) {
  const TemporaryFolder folder;
  for (const char* name :
       {"item-00002-stage-0-step-001.h5", "item-00001-stage-10-step-001.h5",
        "item-00001-stage-2-end.h5", "item-00001-stage-2-step-1000.h5",
        "item-00001-stage-2-step-999.h5", "notes.txt", ".item-00009-stage-0-end.h5.tmp-1-0",
        "item-100000-stage-0-step-000.h5"}) {
    folder.put(name, "");
  }
  EXPECT_THAT(names_of(list_checkpoints(folder.path())),
              ElementsAre("item-00001-stage-2-step-999.h5", "item-00001-stage-2-step-1000.h5",
                          "item-00001-stage-2-end.h5", "item-00001-stage-10-step-001.h5",
                          "item-00002-stage-0-step-001.h5", "item-100000-stage-0-step-000.h5"));
}

TEST(CheckpointNames, AFolderThatDoesNotExistHasNone) {
  const TemporaryFolder folder;
  EXPECT_TRUE(list_checkpoints(folder / "none").empty());
  folder.put("file", "");
  EXPECT_THAT(message_of<IoError>([&] { list_checkpoints(folder / "file"); }),
              HasSubstr("Not a directory"));
}

TEST(CheckpointNames, TheNewestRunningFilesAndAllStageEndsStay) {
  const auto files = listed({{1, 0, Kind::Running, 5},
                             {1, 0, Kind::StageEnd, 0},
                             {1, 1, Kind::Running, 20},
                             {1, 1, Kind::Running, 21},
                             {1, 1, Kind::Running, 22}});
  EXPECT_THAT(superseded_checkpoints(files, {1, 1, Kind::Running, 22}, 2),
              ElementsAre("item-00001-stage-1-step-020.h5", "item-00001-stage-0-step-005.h5"));
  EXPECT_THAT(superseded_checkpoints(files, {1, 1, Kind::Running, 22}, 9), ElementsAre());
}

TEST(CheckpointNames, FilesOfOtherItemsGo) {
  const auto files =
      listed({{1, 2, Kind::StageEnd, 0}, {2, 0, Kind::Running, 1}, {3, 0, Kind::Running, 4}});
  EXPECT_THAT(superseded_checkpoints(files, {2, 0, Kind::Running, 1}, 2),
              ElementsAre("item-00003-stage-0-step-004.h5", "item-00001-stage-2-end.h5"));
}

TEST(CheckpointNames, FilesOfSparedItemsStayUnlessTheyAreOfTheCurrentOne) {
  const auto files = listed({{1, 2, Kind::StageEnd, 0},
                             {2, 0, Kind::Running, 1},
                             {2, 0, Kind::Running, 7},
                             {3, 0, Kind::Running, 4}});
  EXPECT_THAT(superseded_checkpoints(files, {2, 0, Kind::Running, 1}, 2, {2, 3}),
              ElementsAre("item-00002-stage-0-step-007.h5", "item-00001-stage-2-end.h5"));
}

TEST(CheckpointNames, LaterFilesOfARunThatWentBackGo) {
  const auto files = listed({{1, 0, Kind::StageEnd, 0},
                             {1, 1, Kind::Running, 20},
                             {1, 1, Kind::Running, 30},
                             {1, 1, Kind::StageEnd, 0}});
  EXPECT_THAT(superseded_checkpoints(files, {1, 1, Kind::Running, 20}, 1),
              ElementsAre("item-00001-stage-1-end.h5", "item-00001-stage-1-step-030.h5"));
}

}  // namespace
}  // namespace tessera::storage
