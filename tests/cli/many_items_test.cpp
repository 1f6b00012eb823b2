#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "storage/png_reader.h"
#include "tests/cli/child_process.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Folder = storage::TemporaryFolder;

/// The final pictures of a run by name, sorted.
std::vector<std::string> final_pictures(const std::string& run) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(run + "/images")) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with("_128x128.png")) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(Shards, MakeEachItemExactlyOnceWithItsOwnSeed) {
  const Folder folder;
  const std::string whole = (folder / "whole").string();
  ASSERT_EQ(run_tessera(1, launch::tiny_render(whole, {"-b", "3"})).exit_code, 0);
  std::vector<std::string> names;
  for (const std::string shard : {"1", "2"}) {
    const std::string run = (folder / shard).string();
    const Ended ended = run_tessera(
        2, launch::tiny_render(run, {"-b", "3", "--shard", shard + "/2", "-o", run + ".png"}));
    ASSERT_EQ(ended.exit_code, 0) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr((shard == "1" ? "2" : "1") + std::string(" of 3 items")));
    for (const std::string& name : final_pictures(run)) {
      names.push_back(name);
      EXPECT_EQ(storage::read_png(run + "/images/" + name).samples,
                storage::read_png(whole + "/images/" + name).samples);
    }
    EXPECT_EQ(storage::read_png(run + ".png").samples,
              storage::read_png(run + "/images/" + names.back()).samples);
  }
  EXPECT_THAT(names, ElementsAre("00000_123_128x128.png", "00002_125_128x128.png",
                                 "00001_124_128x128.png"));
}

TEST(Items, AreMadeOneAfterAnotherInTheSameRun) {
  const Folder folder;
  const std::string run = (folder / "run").string();
  const auto items = [&](const std::string& list) {
    return run_tessera(1, launch::tiny_render(run, {"-b", "4", "--items", list}));
  };
  ASSERT_EQ(items("2-4:2").exit_code, 0);
  EXPECT_THAT(final_pictures(run), ElementsAre("00001_124_128x128.png", "00003_126_128x128.png"));
  // Pictures of other items are no obstacle, those of a selected one are.
  ASSERT_EQ(items("1").exit_code, 0);
  const Ended again = items("2,3");
  EXPECT_NE(again.exit_code, 0);
  EXPECT_THAT(again.err, HasSubstr("00001_124_64x64.png"));
  EXPECT_EQ(final_pictures(run).size(), 3u);
}

TEST(Items, BeyondTheRunAreRefusedOnAllRanks) {
  const Folder folder;
  for (const int ranks : {1, 3}) {
    const Ended ended = run_tessera(
        ranks, launch::tiny_render((folder / "run").string(), {"-b", "4", "--items", "3-5"}));
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.err, HasSubstr("--items: there is no item 5. The run has 4 items"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "run"));
}

TEST(Shards, WithoutAnItemEndWell) {
  const Folder folder;
  const std::string run = (folder / "run").string();
  const Ended ended =
      run_tessera(1, launch::tiny_render(run, {"--shard", "2/2", "-o", run + ".png"}));
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(ended.out, "");
}

}  // namespace
}  // namespace tessera::cli
