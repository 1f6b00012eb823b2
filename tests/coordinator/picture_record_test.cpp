#include "coordinator/picture_record.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "configs/job_config_reader.h"
#include "coordinator/plan_hash.h"
#include "coordinator/planner.h"
#include "coordinator/recorded_picture.h"
#include "tests/coordinator/sample_job.h"
#include "tests/coordinator/sample_models.h"

namespace tessera::coordinator {
namespace {

using configs::JobConfig;
using Json = nlohmann::json;

/// A run of three stages and two items, with everything that a record needs.
struct SampleRun {
  explicit SampleRun(JobConfig asked) : job(std::move(asked)) {}

  RecordSources sources() const { return {job, plan, "0.1.0", "2.13.0", files}; }
  Json record(int item, int stage) const {
    return Json::parse(picture_record(sources(), item, stage));
  }

  JobConfig job;
  RenderPlan plan = plan_render(job, small_outline(), 4);
  std::vector<InputFile> files{{"model.path", "model", std::string(64, 'a')}};
};

JobConfig two_items() {
  JobConfig job = sample_job();
  job.images_per_prompt = 2;
  return job;
}

TEST(PictureRecord, TellsProgramAndRanks) {
  const Json record = SampleRun(two_items()).record(0, 2);
  EXPECT_EQ(record["program"], "tessera");
  EXPECT_EQ(record["format"], 1);
  EXPECT_EQ(record["version"], "0.1.0");
  EXPECT_EQ(record["torch"], "2.13.0");
  EXPECT_EQ(record["ranks"], 4);
  EXPECT_EQ(record["guidance_halves"], 2);
  EXPECT_EQ(record["strips"], 2);
  EXPECT_EQ(record["stage"], 2);
}

TEST(PictureRecord, HoldsThePromptAndSeedOfItsItem) {
  const Json config = SampleRun(two_items()).record(1, 2)["config"];
  EXPECT_EQ(config["seed"], 124);
  EXPECT_EQ(config["images_per_prompt"], 1);
  EXPECT_NE(config["prompt"].dump().find("a lighthouse"), std::string::npos);
}

TEST(PictureRecord, HoldsOnlyKeysThatChangePictures) {
  const Json config = SampleRun(two_items()).record(0, 2)["config"];
  EXPECT_TRUE(config.contains("cascade.cosine_scale"));
  EXPECT_FALSE(config.contains("output.run_dir"));
  EXPECT_FALSE(config.contains("distributed.strips"));
}

TEST(PictureRecord, NeverHoldsALocalPath) {
  JobConfig job = two_items();
  job.model.path = "/home/someone/models/sdxl/";
  job.model.vae_path = "../vae";
  job.init.image = "/home/someone/photo.png";
  job.init.mask = "masks/m.png";
  SampleRun run(job);
  run.files.clear();
  const std::string text = picture_record(run.sources(), 0, 2);
  EXPECT_EQ(text.find("someone"), std::string::npos);
  EXPECT_EQ(text.find("masks/"), std::string::npos);
  const Json config = Json::parse(text)["config"];
  EXPECT_EQ(config["model.path"], "sdxl");
  EXPECT_EQ(config["model.vae_path"], "vae");
  EXPECT_EQ(config["init.image"], "photo.png");
  EXPECT_EQ(config["init.mask"], "m.png");
}

TEST(PictureRecord, AGivenNameGoesBeforeThePath) {
  SampleRun run(two_items());
  run.files[0].name = "ORG/NAME";
  const Json record = run.record(0, 2);
  EXPECT_EQ(record["config"]["model.path"], "ORG/NAME");
  EXPECT_EQ(record["files"][0]["key"], "model.path");
  EXPECT_EQ(record["files"][0]["sha256"], std::string(64, 'a'));
}

/// The record, read as a configuration, plans the same picture: what `render --from` rests on.
TEST(PictureRecord, PlansTheSamePictureAgain) {
  JobConfig job = two_items();
  job.cascade.cosine_scale = {3.0, 1.5};
  job.method.freeu.reset();
  job.negative_prompt.reset();
  const SampleRun run(job);
  for (int stage = 0; stage < 3; ++stage) {
    SCOPED_TRACE(stage);
    const RecordedPicture read = read_record(picture_record(run.sources(), 1, stage));
    configs::ConfigSources sources;
    sources.picture = configs::ConfigSources::Document{"x.png", read.config};
    const JobConfig again = configs::read_job_config(sources).job;
    const RenderPlan plan = plan_render(again, small_outline(), 4);
    worker::RenderTask expected = run.plan.task;
    expected.stages.resize(static_cast<std::size_t>(stage) + 1);
    expected.items.erase(expected.items.begin());
    expected.items[0].index = 0;
    expected.model.directory = "model";
    EXPECT_EQ(describe_task(plan.task), describe_task(expected));
  }
}

/// A run whose prompts have images of their own.
JobConfig two_images() {
  JobConfig job = sample_job();
  job.prompts = {{.text = "a", .image = "x/a.png"},
                 {.text = "b",
                  .negative_prompt = "dull",
                  .seed = 7,
                  .image = "y/b.png",
                  .mask = "m.png",
                  .strength = 0}};
  return job;
}

TEST(PictureRecord, NamesTheFilesOfItsItemAlone) {
  SampleRun run(two_images());
  run.files.push_back({"init.image", "a.png", std::string(64, 'b'), "x/a.png"});
  run.files.push_back({"init.image", "b.png", std::string(64, 'c'), "y/b.png"});
  run.files.push_back({"init.mask", "m.png", std::string(64, 'd'), "m.png"});
  const Json first = run.record(0, 2);
  ASSERT_EQ(first["files"].size(), 2u);
  EXPECT_EQ(first["files"][1]["sha256"], std::string(64, 'b'));
  EXPECT_EQ(first["config"]["init.mask"], "");
  const Json second = run.record(1, 2);
  ASSERT_EQ(second["files"].size(), 3u);
  EXPECT_EQ(second["files"][1]["name"], "b.png");
  EXPECT_FALSE(second["files"][1].contains("path"));
  EXPECT_EQ(second["config"]["init.image"], "b.png");
  EXPECT_EQ(second["config"]["init.mask"], "m.png");
}

TEST(PictureRecord, PlansThePictureOfAPromptWithFieldsAgain) {
  const SampleRun run(two_images());
  configs::ConfigSources sources;
  const RecordedPicture read = read_record(picture_record(run.sources(), 1, 2));
  sources.picture = configs::ConfigSources::Document{"x.png", read.config};
  const JobConfig again = configs::read_job_config(sources).job;
  EXPECT_EQ(again.prompts, (std::vector<configs::PromptConfig>{{.text = "b"}}));
  worker::ItemTask expected = run.plan.task.items.at(1);
  expected.index = 0;
  expected.init_image = "b.png";
  EXPECT_EQ(plan_render(again, small_outline(), 4).task.items,
            std::vector<worker::ItemTask>{expected});
}

TEST(PictureMetadata, IsWhatReadersExpect) {
  JobConfig job = two_items();
  job.sampling.scheduler = JobConfig::Scheduler::EulerAncestral;
  const SampleRun run(job);
  const storage::PictureMetadata metadata = picture_metadata(run.sources(), 1, 1);
  EXPECT_EQ(metadata.prompt, "a lighthouse");
  EXPECT_EQ(metadata.negative_prompt, job.negative_prompt);
  EXPECT_EQ(metadata.steps, 20);
  EXPECT_EQ(metadata.sampler, "Euler a");
  EXPECT_EQ(metadata.seed, 124u);
  EXPECT_EQ(metadata.image, (partition::Extent{512, 512}));
  EXPECT_EQ(metadata.model_name, "model");
  EXPECT_EQ(metadata.model_hash, std::string(64, 'a'));
  EXPECT_EQ(metadata.mode, storage::MetadataMode::Full);
}

TEST(PictureMetadata, FollowsTheMetadataKey) {
  JobConfig job = two_items();
  job.output.metadata = JobConfig::Metadata::None;
  EXPECT_EQ(picture_metadata(SampleRun(job).sources(), 0, 0).mode, storage::MetadataMode::None);
  job.output.metadata = JobConfig::Metadata::RedactPrompt;
  EXPECT_EQ(picture_metadata(SampleRun(job).sources(), 0, 0).mode,
            storage::MetadataMode::RedactPrompt);
}

}  // namespace
}  // namespace tessera::coordinator
