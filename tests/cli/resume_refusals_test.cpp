#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "storage/text_file.h"
#include "tests/cli/spoiled_model.h"
#include "tests/cli/tiny_run.h"

namespace tessera::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

/// Arguments that change the picture, and how the refusal names both values.
struct Change {
  const char* name;
  std::vector<std::string> arguments;
  std::string says;
};

TEST(AnotherConfiguration, IsRefusedWithBothValues) {
  const std::vector<Change> changes{
      {"seed", {"-s", "7"}, "seed: 7 here, 123 there"},
      {"guidance", {"--guidance-scale", "3"}, "sampling.guidance_scale: 3 here, 7.5 there"},
      {"prompt", {"-p", "a dog"}, "\"a dog\""},
  };
  const TinyRun run;
  ASSERT_EQ(run.interrupt(3).exit_code, 75);
  const auto files = run.checkpoints();
  for (const Change& change : changes) {
    const Ended refused = run.render(1, change.arguments);
    EXPECT_EQ(refused.exit_code, 76) << change.name << refused.err;
    EXPECT_THAT(refused.err, HasSubstr(change.says));
    EXPECT_THAT(refused.err, HasSubstr("--resume never"));
  }
  const Ended by_resume = run.resume(3, {"-s", "7"});
  EXPECT_EQ(by_resume.exit_code, 76) << by_resume.err;
  EXPECT_EQ(run.checkpoints(), files);
  EXPECT_EQ(run.render(1).exit_code, 0) << "a refused start changed the run";
}

TEST(AnotherModel, IsRefusedWithBothDigests) {
  const TinyRun run;
  ASSERT_EQ(run.interrupt(3).exit_code, 75);
  const fs::path model = run.directory() / "model";
  linked_model(model);
  const fs::path weights = model / "unet/diffusion_pytorch_model.safetensors";
  const std::string content = storage::read_text(weights);
  fs::remove(weights);  // a link
  std::ofstream(weights, std::ios::binary) << content.substr(0, content.size() - 1) << '\x01';
  const Ended refused = run.render(1, {"-m", model.string()});
  EXPECT_EQ(refused.exit_code, 76) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("SHA-256"));
}

TEST(AnImage, CountsByItsContentNotByItsPath) {
  const TinyRun other;
  ASSERT_EQ(other.render(1).exit_code, 0);
  const fs::path images = other.directory() / "images";
  const TinyRun run({"-i", (images / "./00000_123_64x64.png").string()});
  ASSERT_EQ(run.interrupt(3).exit_code, 75);
  const Ended resumed = run.resume(1);  // run.yaml has the path in another form
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(run.steps_done(), 7) << "the image takes the place of the first stage";
  const Ended refused = run.render(1, {"-i", (images / "00000_123_128x128.png").string()});
  EXPECT_EQ(refused.exit_code, 76) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("init.image: \"SHA-256 "));
  EXPECT_THAT(refused.err, Not(HasSubstr("images/")));
}

TEST(KeysThatKeepThePicture, MayChange) {
  const TinyRun run;
  ASSERT_EQ(run.interrupt(3).exit_code, 75);
  const Ended ended = run.render(1, {"--checkpoint-every", "1 step", "--checkpoint-keep", "1",
                                     "--log-level", "debug", "--progress", "json"});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(run.steps_done(), 17);
  EXPECT_EQ(run.pictures(), uninterrupted());
}

void flip_byte_amid(const fs::path& file) {
  std::string content = storage::read_text(file);
  content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
  fs::remove(file);
  std::ofstream(file, std::ios::binary) << content;
}

class DamagedCheckpoints : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(run_.interrupt(5).exit_code, 75);
    files_ = run_.checkpoints();
    ASSERT_EQ(files_.size(), 2u);
  }
  fs::path path(std::size_t k) const { return run_.directory() / "checkpoints" / files_.at(k); }

  const TinyRun run_{{"--checkpoint-every", "1 step"}};
  std::vector<std::string> files_;
};

TEST_F(DamagedCheckpoints, ArePassedOverForTheOneBefore) {
  flip_byte_amid(path(1));
  const Ended ended = run_.render(1);
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err,
              HasSubstr("warning: a checkpoint is damaged and passed over: " + files_.at(1)));
  EXPECT_THAT(ended.err, HasSubstr("goes on from " + path(0).string()));
  EXPECT_EQ(run_.steps_done(), 18) << "one step is done twice";
  EXPECT_EQ(run_.count_of_events("checkpoint_rejected"), 1);
  EXPECT_EQ(run_.pictures(), uninterrupted());
}

TEST_F(DamagedCheckpoints, OfEveryKindEndTheRunWhenNoneIsLeft) {
  fs::resize_file(path(0), fs::file_size(path(0)) / 2);
  fs::resize_file(path(1), 0);
  for (const int ranks : {1, 3}) {
    const Ended ended = run_.render(ranks);
    EXPECT_EQ(ended.exit_code, 65) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("delete these files to begin their items anew"));
    EXPECT_THAT(ended.err, HasSubstr(files_.at(0)));
    EXPECT_THAT(ended.err, HasSubstr(files_.at(1)));
  }
  const Ended over = run_.render(1, {"--resume", "never"});
  EXPECT_EQ(over.exit_code, 0) << over.err;
  EXPECT_EQ(run_.pictures(), uninterrupted());
}

TEST(ALostManifest, IsReplacedByWhatTheCheckpointKnows) {
  const TinyRun run;
  ASSERT_EQ(run.interrupt(12).exit_code, 75);
  fs::remove(run.directory() / "manifest.json");
  EXPECT_EQ(run.render(1, {"-s", "7"}).exit_code, 76);
  const Ended ended = run.render(1);
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(run.steps_done(), 17);
  EXPECT_EQ(run.pictures(), uninterrupted());
}

/// A file takes the place of the folder of checkpoints.
void block_checkpoints(const TinyRun& run) {
  std::ofstream(run.directory() / "checkpoints") << "in the way";
}

class NoCheckpointFolder : public testing::TestWithParam<int> {};

TEST_P(NoCheckpointFolder, IsAWarningUntilTheThirdTimeInARow) {
  const TinyRun run({"--checkpoint-every", "1 step"});
  RunningChild child = run.begin(GetParam(), run.render_arguments(), 1);
  // The folder comes with the first file, which a thread of its own writes.
  while (!fs::exists(run.directory() / "checkpoints")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  fs::rename(run.directory() / "checkpoints", run.directory() / "aside");
  block_checkpoints(run);
  const Ended ended = child.wait();
  EXPECT_EQ(ended.exit_code, 74) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("warning: a checkpoint could not be written"));
  EXPECT_THAT(ended.err, HasSubstr("three checkpoints in a row could not be written"));
  EXPECT_FALSE(fs::exists(run.picture("00000_123_128x128.png")));
  fs::remove(run.directory() / "checkpoints");
  fs::rename(run.directory() / "aside", run.directory() / "checkpoints");
  EXPECT_EQ(run.render(1).exit_code, 0);
  EXPECT_EQ(run.pictures(), uninterrupted());
}

INSTANTIATE_TEST_SUITE_P(Ranks, NoCheckpointFolder, testing::Values(1, 3));

TEST(AlsoNoCheckpointFolder, LetsARunFinishThatSavesAtTheEndsOfStages) {
  const TinyRun run({"--checkpoint-every", "0"});
  RunningChild child = run.begin(1, run.render_arguments(), 1);
  block_checkpoints(run);
  const Ended ended = child.wait();
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("warning: a checkpoint could not be written"));
  EXPECT_EQ(run.pictures(), uninterrupted());
}

TEST(AlsoNoCheckpointFolder, IsAnErrorOfARequestedStop) {
  const TinyRun run({"--checkpoint-every", "0"});
  RunningChild child = run.begin(1, run.render_arguments(), 2);
  block_checkpoints(run);
  child.signal(SIGUSR1);
  const Ended ended = child.wait();
  EXPECT_EQ(ended.exit_code, 74) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("its checkpoint could not be written"));
}

}  // namespace
}  // namespace tessera::cli
