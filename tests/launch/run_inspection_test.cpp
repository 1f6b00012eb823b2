#include "launch/run_inspection.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "storage/checkpoint_writer.h"
#include "storage/content_digest.h"
#include "storage/run_lock.h"
#include "tests/storage/sample_checkpoint.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

using Json = nlohmann::json;

class RunInspection : public testing::Test {
 protected:
  Json report(InspectionDepth depth = InspectionDepth::Headers) const {
    return Json::parse(inspect_run(folder_.path(), depth));
  }
  storage::TemporaryFolder folder_;
};

TEST_F(RunInspection, ShowsConfigurationLastEventAndPictures) {
  folder_.put("run.yaml", "name: lighthouse\nprompt: [a, b]\nseed: 7\n");
  folder_.put(
      "events.jsonl",
      "{\"event\":\"item_begin\",\"item\":0}\n{\"event\":\"finished\",\"exit_code\":0}\n{\"ev");
  folder_.put("images/00001.png", "12345");
  folder_.put("images/.00002.png.tmp-1-0", "");
  const Json json = report();
  EXPECT_EQ(json["kind"], "run");
  EXPECT_EQ(json["state"], "finished");
  EXPECT_EQ(json["config"]["name"], "lighthouse");
  EXPECT_EQ(json["config"]["prompts"], 2);
  EXPECT_EQ(json["last_event"]["event"], "finished");
  EXPECT_EQ(json["pictures"], Json::parse(R"([{"file":"images/00001.png","bytes":5}])"));
  EXPECT_TRUE(json["locked_by"].is_null());
  EXPECT_FALSE(json.contains("manifest"));
}

TEST_F(RunInspection, ARunWhoseProcessLivesIsRunning) {
  folder_.put("events.jsonl", "{\"event\":\"finished\",\"exit_code\":0}\n");
  const auto lock = storage::RunLock::acquire(folder_ / "LOCK", "42");
  EXPECT_EQ(report()["state"], "running");
  EXPECT_THAT(report()["locked_by"].get<std::string>(), testing::HasSubstr("job 42"));
}

TEST_F(RunInspection, AFailedRunIsUnfinishedAndBadPartsAreNamedInTheirPlace) {
  folder_.put("run.yaml", "colour: red\n");
  folder_.put("events.jsonl", "{\"event\":\"finished\",\"exit_code\":69}\n");
  folder_.put("manifest.json", "{");
  folder_.put("checkpoints/item-00000-stage-0-end.h5", "");
  const Json json = report();
  EXPECT_EQ(json["state"], "unfinished");
  EXPECT_THAT(json["config"]["error"].get<std::string>(), testing::HasSubstr("colour"));
  EXPECT_EQ(json["manifest"]["error"], "not JSON");
  EXPECT_THAT(json["checkpoints"][0]["error"].get<std::string>(), testing::HasSubstr("too few"));
}

TEST_F(RunInspection, ComparesPicturesWithTheNewestCheckpoint) {
  storage::CheckpointData data = storage::sample_checkpoint();
  data.outputs = {{2, 2, "images/good.png", storage::digest_of_text("good")},
                  {3, 0, "images/bad.png", storage::digest_of_text("good")},
                  {3, 1, "images/none.png", storage::digest_of_text("good")}};
  storage::CheckpointWriter(folder_ / "checkpoints", 1).write(data);
  folder_.put("images/good.png", "good");
  folder_.put("images/bad.png", "bad");
  const Json pictures = report(InspectionDepth::Everything)["pictures"];
  EXPECT_EQ(pictures[0]["recorded"], "differs from its digest");
  EXPECT_EQ(pictures[1]["recorded"], "verified");
  EXPECT_EQ(pictures[2]["recorded"], "missing");
  EXPECT_EQ(report()["pictures"][0]["recorded"], "there");
  EXPECT_EQ(report()["checkpoints"][0]["config_hash"], std::string(64, 'a'));
}

TEST_F(RunInspection, TheManifestKnowsTheStateBetterThanTheEvents) {
  folder_.put("events.jsonl", "{\"event\":");
  folder_.put("manifest.json", R"({"state":"done"})");
  EXPECT_EQ(report()["state"], "finished");
  folder_.put("events.jsonl", "{\"event\":\"finished\",\"exit_code\":0}\n");
  folder_.put("manifest.json", R"({"state":"running"})");
  EXPECT_EQ(report()["state"], "unfinished");
}

TEST_F(RunInspection, ShowsTheManifestAsItIs) {
  folder_.put("manifest.json", R"({"items":[{"item":0,"state":"done"}]})");
  EXPECT_EQ(report()["manifest"]["items"][0]["state"], "done");
}

}  // namespace
}  // namespace tessera::launch
