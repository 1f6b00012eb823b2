#include <gmock/gmock.h>

#include <filesystem>
#include <regex>
#include <sstream>

#include "storage/png_reader.h"
#include "tests/cli/child_process.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using Folder = storage::TemporaryFolder;

TEST(RenderOnRanks, MakesThePictureOfOneRank) {
  const Folder folder;
  std::vector<std::uint16_t> expected;
  for (const int ranks : {1, 2, 3}) {
    const std::string run = (folder / std::to_string(ranks)).string();
    const Ended ended = run_tessera(ranks, launch::tiny_render(run));
    ASSERT_EQ(ended.exit_code, 0) << ended.err;
    const auto pixels = storage::read_png(run + "/images/00000_123_128x128.png").samples;
    if (ranks == 1) expected = pixels;
    EXPECT_EQ(pixels, expected) << ranks << " ranks";
    for (int rank = 0; rank < ranks; ++rank) {
      EXPECT_TRUE(std::filesystem::exists(run + "/logs/rank-000" + std::to_string(rank) + ".log"));
    }
  }
}

TEST(RenderOnRanks, SaysHowManyRanksAreUseful) {
  const Folder folder;
  const Ended ended = run_tessera(5, launch::tiny_render((folder / "run").string(), {"--dry-run"}));
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.err, HasSubstr("tessera: warning: of 5 ranks only "));
}

TEST(Progress, IsPlainAndMonotoneToHundredWhenPiped) {
  const Folder folder;
  const Ended ended = run_tessera(1, launch::tiny_render((folder / "run").string()));
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, Not(HasSubstr("\r")));
  const std::regex form("PROGRESS ([0-9]+)% stage [0-9]+/2 step [0-9]+/2 eta ([0-9]+s|\\?)");
  std::istringstream lines(ended.err);
  int last = -1;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("PROGRESS")) continue;
    std::smatch parts;
    ASSERT_TRUE(std::regex_match(line, parts, form)) << line;
    EXPECT_GE(std::stoi(parts[1]), last);
    last = std::stoi(parts[1]);
  }
  EXPECT_EQ(last, 100);
}

TEST(Progress, IsSilentWhenQuiet) {
  const Folder folder;
  const Ended ended = run_tessera(1, launch::tiny_render((folder / "run").string(), {"-q"}));
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_EQ(ended.err, "");
}

TEST(StandardOutput, HoldsThePathsOfPicturesAlone) {
  const Folder folder;
  const std::string run = (folder / "run").string();
  const Ended ended = run_tessera(1, launch::tiny_render(run, {"-o", run + "/copy.png"}));
  EXPECT_EQ(ended.out, run + "/images/00000_123_64x64.png\n" + run +
                           "/images/00000_123_128x128.png\n" + run + "/copy.png\n");
}

TEST(Prompt, ComesFromTheStandardInput) {
  const Folder folder;
  const std::string run = (folder / "run").string();
  const Ended ended =
      run_tessera(2, launch::tiny_render(run, {"-p", "-"}), {"a blue door\n", {}, ""});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  // The prompt of tiny_render() is the first of the two.
  const auto texts = storage::read_png_text(run + "/images/00001_124_128x128.png");
  EXPECT_THAT(texts.at("parameters"), testing::StartsWith("a blue door\n"));
}

TEST(Prompt, IsCutWithAWarningThatNamesWhatIsDropped) {
  const Folder folder;
  std::string prompt;
  for (int word = 0; word < 100; ++word) prompt += "cat ";
  const Ended ended =
      run_tessera(1, launch::tiny_render((folder / "run").string(), {"-p", prompt + "zebra"}));
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("tessera: warning: "));
  EXPECT_THAT(ended.err, HasSubstr("zebra"));
}

TEST(Seed, IsDrawnToldAndRecordedForMinusOne) {
  const Folder folder;
  const std::string run = (folder / "run").string();
  const Ended ended = run_tessera(2, launch::tiny_render(run, {"-s", "-1"}));
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  std::smatch parts;
  ASSERT_TRUE(std::regex_search(ended.err, parts, std::regex("seed ([0-9]+) was drawn")));
  EXPECT_THAT(ended.out, HasSubstr("00000_" + parts[1].str() + "_128x128.png"));
}

TEST(From, MakesThePictureAgain) {
  const Folder folder;
  const std::string first = (folder / "first").string();
  const std::string again = (folder / "again").string();
  ASSERT_EQ(run_tessera(1, launch::tiny_render(first, {"-s", "5"})).exit_code, 0);
  const std::string picture = first + "/images/00000_5_128x128.png";
  const Ended ended = run_tessera(
      1, {"render", "--from", picture, "-m", launch::golden_model(), "--run-dir", again});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(storage::read_png(again + "/images/00000_5_128x128.png").samples,
            storage::read_png(picture).samples);
}

TEST(Existing, AreNotRenderedAgainWhenTheyAreSkipped) {
  const Folder folder;
  const std::string run = (folder / "run").string();
  ASSERT_EQ(run_tessera(1, launch::tiny_render(run)).exit_code, 0);
  const std::string told = "item 0 (seed 123) is not rendered: its pictures are there";
  for (const int ranks : {1, 3}) {
    // Another run, twice the job: the first of its two items is there.
    const auto both = launch::tiny_render(run, {"-b", "2", "--skip-existing", "--resume", "never"});
    const Ended ended = run_tessera(ranks, both);
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(told));
    EXPECT_EQ(ended.out,
              run + "/images/00001_124_64x64.png\n" + run + "/images/00001_124_128x128.png\n");
    // Now both are there. The networks are not even loaded.
    std::filesystem::remove(run + "/report.json");
    const Ended again = run_tessera(ranks, both);
    EXPECT_EQ(again.exit_code, 0) << again.err;
    EXPECT_THAT(again.err, HasSubstr("item 1 (seed 124) is not rendered"));
    EXPECT_EQ(again.out, "");
    EXPECT_FALSE(std::filesystem::exists(run + "/report.json"));
    for (const char* size : {"64x64", "128x128"}) {
      std::filesystem::remove(run + "/images/00001_124_" + size + ".png");
    }
  }
}

TEST(Existing, AreCopiedThoughTheyAreSkipped) {
  const Folder folder;
  const std::string run = (folder / "run").string();
  ASSERT_EQ(run_tessera(1, launch::tiny_render(run)).exit_code, 0);
  const std::string copy = (folder / "x.png").string();
  const Ended ended = run_tessera(2, launch::tiny_render(run, {"--skip-existing", "-o", copy}));
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(ended.out, copy + "\n");
  EXPECT_EQ(storage::read_png(copy).samples,
            storage::read_png(run + "/images/00000_123_128x128.png").samples);
}

TEST(Existing, GetANumberWhenAsked) {
  const Folder folder;
  const std::string run = (folder / "run").string();
  ASSERT_EQ(run_tessera(1, launch::tiny_render(run)).exit_code, 0);
  const Ended numbered = run_tessera(
      1, launch::tiny_render(run, {"--output-on-exists", "suffix", "--resume", "never"}));
  EXPECT_EQ(numbered.exit_code, 0) << numbered.err;
  EXPECT_THAT(numbered.out, HasSubstr("00000_123_128x128_2.png"));
}

}  // namespace
}  // namespace tessera::cli
