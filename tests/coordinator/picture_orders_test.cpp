#include "coordinator/picture_orders.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>

#include "configs/job_config_reader.h"
#include "coordinator/planner.h"
#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/coordinator/sample_job.h"
#include "tests/coordinator/sample_models.h"
#include "tests/coordinator/scratch_directory.h"

namespace tessera::coordinator {
namespace {

using configs::JobConfig;
using State = ManifestPicture::State;

class PictureOrdersTest : public ::testing::Test {
 protected:
  PictureOrders make(const RunManifest* earlier = nullptr) {
    plan_ = plan_render(job_, small_outline(), 1);
    return make_for_plan(earlier);
  }
  PictureOrders make_for_plan(const RunManifest* earlier = nullptr) {
    return PictureOrders({job_, plan_, "0.1.0", "2.13.0", {}},
                         storage::RunDirectory::create(directory_.path()), "2026-01-02", "17",
                         earlier);
  }
  RunManifest manifest_of(const PictureOrders& orders) {
    RunManifest manifest;
    manifest.pictures = orders.pictures();
    return manifest;
  }
  std::string name(const PictureOrders& orders, int item, int stage) {
    return orders.order(item, stage)->path.lexically_relative(directory_.path()).generic_string();
  }

  ScratchDirectory directory_;
  JobConfig job_ = sample_job();
  RenderPlan plan_;
};

TEST_F(PictureOrdersTest, EveryStageOfEveryItemHasItsFile) {
  job_.images_per_prompt = 2;
  const PictureOrders orders = make();
  EXPECT_EQ(name(orders, 0, 0), "images/00000_123_256x256.png");
  EXPECT_EQ(name(orders, 0, 2), "images/00000_123_1024x1024.png");
  EXPECT_EQ(name(orders, 1, 1), "images/00001_124_512x512.png");
  std::set<int> frames;
  for (int item = 0; item < 2; ++item) {
    for (int stage = 0; stage < 3; ++stage) {
      const auto order = orders.order(item, stage);
      ASSERT_TRUE(order.has_value());
      EXPECT_EQ(orders.file_of(order->frame_index), order->path);
      EXPECT_EQ(order->image, plan_.task.stages[static_cast<std::size_t>(stage)].image);
      EXPECT_EQ(order->metadata.seed, 123u + static_cast<unsigned>(item));
      frames.insert(order->frame_index);
    }
  }
  EXPECT_EQ(frames.size(), 6u);
  EXPECT_EQ(orders.final_file(), orders.order(1, 2)->path);
}

TEST_F(PictureOrdersTest, KeepsOnlyTheFinalStageOnRequest) {
  job_.output.stages = JobConfig::Stages::Final;
  const PictureOrders orders = make();
  EXPECT_FALSE(orders.order(0, 0).has_value());
  EXPECT_FALSE(orders.order(0, 1).has_value());
  EXPECT_TRUE(orders.order(0, 2).has_value());
  EXPECT_THROW(orders.file_of(0), std::out_of_range);
}

TEST_F(PictureOrdersTest, FillsInDateJobAndName) {
  job_.output.pattern = "images/{name}_{date}_{job}_{stage}";
  EXPECT_EQ(name(make(), 0, 1), "images/demo_2026-01-02_17_1.png");
}

TEST_F(PictureOrdersTest, AnOutputThatExistsIsAnErrorBeforeWork) {
  const auto existing = make().order(0, 1)->path;
  storage::write_text(existing, "old");
  EXPECT_THROW(make(), storage::CannotCreateError);
  job_.output.on_exists = JobConfig::OnExists::Overwrite;
  EXPECT_EQ(make().order(0, 1)->path, existing);
  job_.output.on_exists = JobConfig::OnExists::Suffix;
  EXPECT_NE(make().order(0, 1)->path, existing);
  job_.output.on_exists = JobConfig::OnExists::Skip;
  EXPECT_FALSE(make().order(0, 1).has_value());
  EXPECT_TRUE(make().order(0, 2).has_value());
}

TEST_F(PictureOrdersTest, TheFinalFileIsTheOneThatIsThereWhenItIsSkipped) {
  const auto existing = make().final_file();
  storage::write_text(existing, "old");
  job_.output.on_exists = JobConfig::OnExists::Skip;
  EXPECT_EQ(make().final_file(), existing);
  job_.output.on_exists = JobConfig::OnExists::Suffix;
  EXPECT_NE(make().final_file(), existing);
}

TEST_F(PictureOrdersTest, AnItemIsCompleteWhenEveryPictureThatIsKeptIsThere) {
  job_.images_per_prompt = 3;
  const PictureOrders before = make();
  EXPECT_TRUE(before.complete_items().empty());
  job_.output.on_exists = JobConfig::OnExists::Skip;
  for (const int item : {0, 2}) storage::write_text(before.order(item, 2)->path, "old");
  EXPECT_TRUE(make().complete_items().empty());
  for (const int stage : {0, 1}) storage::write_text(before.order(2, stage)->path, "old");
  EXPECT_EQ(make().complete_items(), std::vector<int>{2});
  job_.output.stages = JobConfig::Stages::Final;
  EXPECT_EQ(make().complete_items(), (std::vector<int>{0, 2}));
  job_.output.on_exists = JobConfig::OnExists::Overwrite;
  EXPECT_TRUE(make().complete_items().empty());
}

TEST_F(PictureOrdersTest, AnItemThatIsLeftHasNoOrdersWhateverIsThere) {
  job_.images_per_prompt = 3;
  const auto existing = make().order(1, 0)->path;
  storage::write_text(existing, "old");
  for (const std::size_t item : {1u, 2u}) plan_.task.items[item].work = worker::ItemWork::Leave;
  const PictureOrders orders = make_for_plan();
  EXPECT_TRUE(orders.order(0, 2).has_value());
  EXPECT_FALSE(orders.order(1, 0).has_value());
  EXPECT_FALSE(orders.order(2, 2).has_value());
  EXPECT_EQ(orders.complete_items(), (std::vector<int>{1, 2}));
  EXPECT_EQ(orders.final_file(), orders.order(0, 2)->path);
  EXPECT_EQ(orders.pictures().size(), 3u) << "those of the item that is rendered";
}

TEST_F(PictureOrdersTest, AFreshStartListsItsPicturesAsDueOrKept) {
  storage::write_text(make().order(0, 1)->path, "old");
  job_.output.on_exists = JobConfig::OnExists::Skip;
  const PictureOrders orders = make();
  EXPECT_EQ(orders.pictures(), (std::vector<ManifestPicture>{
                                   {0, 0, "images/00000_123_256x256.png", State::Due, ""},
                                   {0, 1, "images/00000_123_512x512.png", State::Kept, ""},
                                   {0, 2, "images/00000_123_1024x1024.png", State::Due, ""}}));
}

TEST_F(PictureOrdersTest, ARunThatGoesOnKeepsItsNamesWhateverThePatternSaysNow) {
  RunManifest earlier = manifest_of(make());
  earlier.pictures[1].file = "images/suffixed_1.png";
  job_.output.pattern = "images/other_{stage}";
  const PictureOrders orders = make(&earlier);
  EXPECT_EQ(name(orders, 0, 0), "images/00000_123_256x256.png");
  EXPECT_EQ(name(orders, 0, 1), "images/suffixed_1.png");
  EXPECT_EQ(orders.pictures(), earlier.pictures);
  EXPECT_EQ(orders.final_file(), orders.order(0, 2)->path);
}

TEST_F(PictureOrdersTest, ARunThatGoesOnMakesOnlyWhatIsDue) {
  RunManifest earlier = manifest_of(make());
  earlier.pictures[0].state = State::Written;
  earlier.pictures[0].digest = std::string(64, 'd');
  earlier.pictures[1].state = State::Kept;
  const PictureOrders orders = make(&earlier);
  EXPECT_FALSE(orders.order(0, 0).has_value());
  EXPECT_FALSE(orders.order(0, 1).has_value());
  EXPECT_TRUE(orders.order(0, 2).has_value());
  EXPECT_TRUE(orders.complete_items().empty());
  EXPECT_EQ(orders.pictures(), earlier.pictures);
  earlier.pictures[2].state = State::Written;
  EXPECT_EQ(make(&earlier).complete_items(), std::vector<int>{0});
}

TEST_F(PictureOrdersTest, ARunThatGoesOnReplacesAFileThatItHadNotFinished) {
  const PictureOrders before = make();
  RunManifest earlier = manifest_of(before);
  earlier.pictures.pop_back();
  for (const int stage : {1, 2}) storage::write_text(before.order(0, stage)->path, "half");
  earlier.source = RunManifest::Source::Checkpoint;
  job_.output.on_exists = JobConfig::OnExists::Error;
  const PictureOrders orders = make(&earlier);
  EXPECT_EQ(orders.order(0, 1)->path, before.order(0, 1)->path) << "due in the manifest";
  EXPECT_EQ(orders.order(0, 2)->path, before.order(0, 2)->path) << "unknown to a checkpoint";
  EXPECT_EQ(orders.pictures(), before.pictures());
}

TEST_F(PictureOrdersTest, ARunThatGoesOnLeavesFilesThatItsManifestDoesNotKnow) {
  job_.images_per_prompt = 2;
  const PictureOrders before = make();
  RunManifest earlier = manifest_of(before);
  std::erase_if(earlier.pictures, [](const auto& picture) { return picture.item == 1; });
  storage::write_text(before.order(1, 2)->path, "of somebody else");
  job_.output.on_exists = JobConfig::OnExists::Error;
  EXPECT_THROW(make(&earlier), storage::CannotCreateError);
  job_.output.on_exists = JobConfig::OnExists::Skip;
  const PictureOrders orders = make(&earlier);
  EXPECT_FALSE(orders.order(1, 2).has_value());
  EXPECT_TRUE(orders.order(1, 1).has_value());
}

TEST_F(PictureOrdersTest, PicturesOfStagesThatAreKeptNoMoreStayThoseOfTheRun) {
  const PictureOrders before = make();
  RunManifest earlier = manifest_of(before);
  earlier.pictures[0].state = State::Written;
  storage::write_text(before.order(0, 0)->path, "of the first start");
  job_.output.stages = JobConfig::Stages::Final;
  job_.output.on_exists = JobConfig::OnExists::Error;
  const RunManifest second = manifest_of(make(&earlier));
  job_.output.stages = JobConfig::Stages::All;
  const PictureOrders third = make(&second);
  EXPECT_FALSE(third.order(0, 0).has_value());
  EXPECT_TRUE(third.order(0, 1).has_value());
}

TEST_F(PictureOrdersTest, KeepsTheStagesThatTheOutputAsksFor) {
  job_.output.stages = JobConfig::Stages::All;
  EXPECT_EQ(kept_stages(job_.output, 3), (std::vector<int>{0, 1, 2}));
  job_.output.stages = JobConfig::Stages::Final;
  EXPECT_EQ(kept_stages(job_.output, 3), (std::vector<int>{2}));
}

TEST_F(PictureOrdersTest, AnItemThatIsLeftIsListedAsTheEarlierStartKnewIt) {
  job_.images_per_prompt = 3;
  RunManifest earlier = manifest_of(make());
  std::erase_if(earlier.pictures, [](const auto& picture) { return picture.item == 2; });
  for (ManifestPicture& picture : earlier.pictures) {
    if (picture.item == 1) picture.state = State::Written;
  }
  for (const std::size_t item : {1u, 2u}) plan_.task.items[item].work = worker::ItemWork::Leave;
  const PictureOrders orders = make_for_plan(&earlier);
  EXPECT_EQ(orders.pictures(), earlier.pictures);
  EXPECT_EQ(orders.complete_items(), (std::vector<int>{1, 2}));
  EXPECT_EQ(orders.final_file(), orders.order(0, 2)->path);
}

class ClipOrdersTest : public PictureOrdersTest {
 protected:
  ClipOrdersTest() {
    configs::ConfigSources sources;
    sources.options = {{"kind", {"video"}, "--kind"},
                       {"prompt", {"a kite"}, "-p"},
                       {"cascade.resolutions", {"64x64,128x128"}, "--resolutions"},
                       {"video.frames", {"3"}, "--frames"},
                       {"output.formats", {"mp4,mkv"}, "--formats"}};
    job_ = configs::read_job_config(sources).job;
    plan_ = plan_render(job_, worker::video_crafter_outline(), 1);
  }
};

TEST_F(ClipOrdersTest, EveryFrameHasItsFileAndTheLastOneTheContainers) {
  const PictureOrders orders = make_for_plan();
  ASSERT_EQ(orders.pictures().size(), 2U * (3 + 2));
  EXPECT_EQ(orders.pictures()[2].file, "frames/00000_123_64x64/00002.png");
  EXPECT_EQ(orders.pictures()[3].file, "videos/00000_123_64x64.mp4");
  std::set<int> frames;
  for (const int stage : {0, 1}) {
    for (const int frame : {0, 1, 2}) {
      const auto order = orders.order(0, stage, frame);
      ASSERT_TRUE(order.has_value());
      EXPECT_EQ(orders.file_of(order->frame_index), order->path);
      EXPECT_EQ(order->frame, frame);
      EXPECT_EQ(order->metadata.sampler, "DDIM");
      EXPECT_EQ(order->containers.size(), frame == 2 ? 2U : 0U);
      frames.insert(order->frame_index);
    }
  }
  EXPECT_EQ(frames.size(), 6U);
  EXPECT_EQ(orders.order(0, 1, 2)->containers[1].path, orders.final_file(".mkv"));
  EXPECT_EQ(orders.final_file(".png"), "");
  EXPECT_TRUE(orders.complete_items().empty());
}

TEST_F(ClipOrdersTest, AContainerIsDueAfterTheLastFrameThatIsMissing) {
  RunManifest earlier = manifest_of(make_for_plan());
  for (ManifestPicture& picture : earlier.pictures) {
    const bool missing =
        picture.file.ends_with("128x128/00001.png") || picture.file.ends_with("mkv");
    if (!missing) picture.state = State::Written;
  }
  const PictureOrders orders = make_for_plan(&earlier);
  EXPECT_EQ(orders.pictures(), earlier.pictures);
  EXPECT_FALSE(orders.order(0, 1, 2).has_value());
  ASSERT_TRUE(orders.order(0, 1, 1).has_value());
  ASSERT_EQ(orders.order(0, 1, 1)->containers.size(), 1U);
  EXPECT_EQ(orders.order(0, 1, 1)->containers[0].form.format, storage::VideoFormat::Mkv);
  EXPECT_FALSE(orders.is_due(0, 0));
  EXPECT_TRUE(orders.is_due(0, 1));
}

TEST_F(ClipOrdersTest, TheFilesOfAnotherClipGetAFolderOfTheirOwnWithSuffix) {
  storage::write_text(make_for_plan().order(0, 1, 0)->path, "another clip");
  job_.output.on_exists = JobConfig::OnExists::Suffix;
  const PictureOrders orders = make_for_plan();
  EXPECT_EQ(orders.order(0, 1, 0)->path,
            directory_.path() / "frames/00000_123_128x128_2/00000.png");
}

}  // namespace
}  // namespace tessera::coordinator
