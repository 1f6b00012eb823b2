#include "coordinator/run_manifest.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "storage/storage_error.h"
#include "tests/coordinator/sample_task.h"

namespace tessera::coordinator {
namespace {

using State = ManifestPicture::State;

RunManifest sample_manifest() {
  RunManifest manifest;
  manifest.version = "0.1.0";
  manifest.keys = R"({"prompts":[["a lighthouse",1]],"seed":123})";
  manifest.hash = std::string(64, 'c');
  manifest.state = RunManifest::State::Stopped;
  manifest.idle_starts = 1;
  manifest.pictures = {{0, 0, "images/0.png", State::Written, std::string(64, 'd')},
                       {0, 1, "images/1.png", State::Due, ""},
                       {1, 0, "images/2.png", State::Kept, ""}};
  return manifest;
}

/// What manifest_from_json() says about the sample with one value replaced; "" for nothing.
std::string error_with(const char* pointer, const nlohmann::json& value) {
  nlohmann::json json = nlohmann::json::parse(manifest_to_json(sample_manifest()));
  json[nlohmann::json::json_pointer(pointer)] = value;
  try {
    manifest_from_json(json.dump());
  } catch (const storage::DataError& error) {
    return error.what();
  }
  return "";
}

TEST(RunManifest, ReadsWhatItWrote) {
  const RunManifest manifest = sample_manifest();
  EXPECT_EQ(manifest_from_json(manifest_to_json(manifest)), manifest);
  for (const auto state :
       {RunManifest::State::Running, RunManifest::State::Failed, RunManifest::State::Done}) {
    RunManifest other = manifest;
    other.state = state;
    EXPECT_EQ(manifest_from_json(manifest_to_json(other)).state, state);
  }
}

TEST(RunManifest, KeepsADrawnSeed) {
  RunManifest manifest = sample_manifest();
  EXPECT_FALSE(nlohmann::json::parse(manifest_to_json(manifest)).contains("drawn_seed"));
  manifest.drawn_seed = 9223372032559808511;
  EXPECT_EQ(manifest_from_json(manifest_to_json(manifest)), manifest);
  EXPECT_NE(error_with("/drawn_seed", "seven"), "");
}

TEST(RunManifest, RemembersThatItWasMadeOfACheckpoint) {
  RunManifest manifest = sample_manifest();
  EXPECT_FALSE(nlohmann::json::parse(manifest_to_json(manifest)).contains("rebuilt"));
  manifest.source = RunManifest::Source::Checkpoint;
  EXPECT_EQ(manifest_from_json(manifest_to_json(manifest)), manifest);
}

TEST(RunManifest, NamesItsStates) {
  const nlohmann::json json = nlohmann::json::parse(manifest_to_json(sample_manifest()));
  EXPECT_EQ(json["program"], "tessera");
  EXPECT_EQ(json["state"], "stopped");
  EXPECT_EQ(json["config"]["seed"], 123);
  EXPECT_EQ(json["pictures"][0]["state"], "written");
  EXPECT_EQ(json["pictures"][1]["state"], "due");
  EXPECT_FALSE(json["pictures"][1].contains("sha256"));
  EXPECT_EQ(json["pictures"][2]["state"], "kept");
}

TEST(RunManifest, FindsAPictureByItemAndStage) {
  RunManifest manifest = sample_manifest();
  ASSERT_NE(manifest.find("images/1.png"), nullptr);
  EXPECT_EQ(manifest.find("images/1.png")->stage, 1);
  EXPECT_EQ(manifest.find("images/7.png"), nullptr);
}

TEST(UnfinishedItems, LackAPictureThatIsKept) {
  worker::RenderTask task = sample_task({{0, 2}, {1, 2}}, 3);
  task.items[2].work = worker::ItemWork::Leave;
  const RunManifest manifest = sample_manifest();  // of item 0 stage 0, of item 1 stage 0
  EXPECT_EQ(unfinished_items(task, {0, 1}, &manifest), (std::set<int>{0, 1, 2}));
  EXPECT_EQ(unfinished_items(task, {0}, &manifest), (std::set<int>{2}));
  EXPECT_EQ(unfinished_items(task, {1}, nullptr), (std::set<int>{0, 1, 2}));
}

TEST(RunManifest, CountsOnlyWrittenPicturesAsOutputs) {
  const std::vector<storage::CheckpointOutput> expected{
      {0, 0, "images/0.png", std::string(64, 'd')}};
  EXPECT_EQ(sample_manifest().outputs(), expected);
}

TEST(RunManifest, RefusesAnotherFormatWithBothNumbers) {
  const std::string error = error_with("/format", 2);
  EXPECT_NE(error.find("format 2"), std::string::npos) << error;
  EXPECT_NE(error.find("reads format 1"), std::string::npos) << error;
}

TEST(RunManifest, RefusesUnknownStatesByName) {
  EXPECT_NE(error_with("/state", "asleep").find("asleep"), std::string::npos);
  EXPECT_NE(error_with("/pictures/0/state", "lost").find("lost"), std::string::npos);
}

TEST(RunManifest, RefusesWhatIsMissingOrOfAnotherType) {
  for (const char* text : {"", "[]", "{}", "{\"format\": 1}", "{\"format\": 1,"}) {
    EXPECT_THROW(manifest_from_json(text), storage::DataError) << text;
  }
  EXPECT_NE(error_with("/idle_starts", "two"), "");
  EXPECT_NE(error_with("/pictures/0/item", "first"), "");
  EXPECT_NE(error_with("/pictures/0/sha256", 5), "");
  EXPECT_NE(error_with("/config_hash", nullptr), "");
}

}  // namespace
}  // namespace tessera::coordinator
