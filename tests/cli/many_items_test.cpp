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
  ASSERT_EQ(items("1").exit_code, 0);
  // A selected item whose pictures the run has made already is left.
  const Ended again = items("2,3");
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("item 1 (seed 124) is not rendered"));
  EXPECT_EQ(final_pictures(run).size(), 4u);
}

/// The arguments of tiny_render() without its prompt.
std::vector<std::string> render_file(const std::string& run, const std::string& file,
                                     const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = launch::tiny_render(run, more);
  *std::find(arguments.begin(), arguments.end(), "-p") = "--prompt-file";
  *std::find(arguments.begin(), arguments.end(), "a cat") = file;
  return arguments;
}

TEST(PromptsFile, GivesAPicturePerLineWithItsOwnSeed) {
  const Folder folder;
  const std::string csv =
      folder
          .put("p.csv",
               "prompt,seed,negative_prompt\r\n\"a cat,\nsitting\",,\r\na dog,7,dull\r\n"
               "a hen,,null\r\n")
          .string();
  const std::string run = (folder / "run").string();
  const Ended ended = run_tessera(2, render_file(run, csv));
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(final_pictures(run),
              ElementsAre("00000_123_128x128.png", "00001_7_128x128.png", "00002_125_128x128.png"));
  const auto texts = storage::read_png_text(run + "/images/00001_7_128x128.png");
  EXPECT_THAT(texts.at("parameters"), testing::StartsWith("a dog\nNegative prompt: dull\n"));
  // The prompts of the run are in run.yaml, which makes the same run again.
  const std::string again = (folder / "again").string();
  const Ended from_yaml = run_tessera(
      1, {"render", "-c", run + "/run.yaml", "--run-dir", again, "--items", "1-2", "-t", "1"});
  ASSERT_EQ(from_yaml.exit_code, 0) << from_yaml.err;
  for (const std::string& name : final_pictures(again)) {
    EXPECT_EQ(storage::read_png(again + "/images/" + name).samples,
              storage::read_png(run + "/images/" + name).samples);
  }
}

TEST(PromptsFile, IsShownAsAConfigurationThatReadsBack) {
  const Folder folder;
  const std::string file =
      folder.put("p.jsonl", "{\"prompt\": \"a: \\\"cat\\\"\", \"seed\": 5}\n{\"prompt\": \"b\"}\n")
          .string();
  const Ended shown = run_tessera(1, {"config", "show", "--prompts-file", file});
  ASSERT_EQ(shown.exit_code, 0) << shown.err;
  const std::string line = "prompt: [{prompt: \"a: \\\"cat\\\"\", seed: 5}, \"b\"]";
  EXPECT_THAT(shown.out, HasSubstr(line));
  const std::string job = folder.put("job.yaml", shown.out).string();
  const Ended again = run_tessera(1, {"config", "show", "-c", job});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr(line));
}

TEST(PromptsFile, MakesPicturesThatCanBeMadeAgain) {
  const Folder folder;
  const std::string first = (folder / "first").string();
  ASSERT_EQ(run_tessera(1, launch::tiny_render(first)).exit_code, 0);
  const std::string image = first + "/images/00000_123_64x64.png";
  const std::string file =
      folder
          .put("p.yaml", "- {prompt: a dog, image: " + image +
                             "}\n"
                             "- {prompt: a hen, seed: 9, negative_prompt: dull, image: " +
                             image + "}\n")
          .string();
  const std::string run = (folder / "run").string();
  const Ended ended = run_tessera(1, render_file(run, file));
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  const std::string picture = run + "/images/00001_9_128x128.png";
  const std::string again = (folder / "again").string();
  const Ended from = run_tessera(1, {"render", "--from", picture, "-m", launch::golden_model(),
                                     "-i", image, "--run-dir", again, "-t", "1"});
  ASSERT_EQ(from.exit_code, 0) << from.err;
  EXPECT_EQ(storage::read_png(again + "/images/00000_9_128x128.png").samples,
            storage::read_png(picture).samples);
}

TEST(PromptsFile, IsRefusedByLineOnAllRanks) {
  const Folder folder;
  const std::string run = (folder / "run").string();
  const std::pair<std::string, std::string> cases[] = {
      {"p.csv", "prompt,sede\na,1\n"}, {"q.csv", "prompt,seed\na,1\nb,-2\n"}, {"r.txt", ""}};
  const std::string told[] = {"p.csv:1:8: prompt: unknown field \"sede\". Did you mean \"seed\"?",
                              "q.csv:3:3: prompt, field \"seed\": \"-2\" is not allowed",
                              "r.txt\" holds no prompt"};
  for (std::size_t k = 0; k < std::size(cases); ++k) {
    const std::string file = folder.put(cases[k].first, cases[k].second).string();
    const Ended ended = run_tessera(k == 0 ? 3 : 1, render_file(run, file));
    EXPECT_EQ(ended.exit_code, 2) << file;
    EXPECT_THAT(ended.err, HasSubstr(told[k]));
  }
  EXPECT_FALSE(std::filesystem::exists(run));
}

TEST(Names, ThatTwoItemsShareAreRefused) {
  const Folder folder;
  const std::string run = (folder / "run").string();
  const std::vector<std::string> twice{"-p", "a cat", "--output-pattern", "{prompt_slug}"};
  const Ended ended = run_tessera(1, launch::tiny_render(run, twice));
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr("two pictures get the name \"a-cat\"; add {index} or {seed}"));
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

TEST(Shards, WarnOfADrawnSeed) {
  const Folder folder;
  const Ended ended = run_tessera(
      1,
      launch::tiny_render((folder / "run").string(), {"-s", "-1", "--shard", "1/2", "--dry-run"}));
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("was drawn for this part of the items alone"));
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
