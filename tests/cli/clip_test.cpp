// Clips as a user renders them: files, ranks, resume, trace and replay.
#include <gmock/gmock.h>

#include <filesystem>

#include "storage/png_reader.h"
#include "storage/text_file.h"
#include "storage/video_format.h"
#include "storage/video_reader.h"
#include "tests/cli/child_process.h"
#include "tests/launch/tiny_render.h"
#include "tests/storage/temporary_folder.h"
#include "tests/support/tiny_video_folder.h"

namespace tessera::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Clip : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new storage::TemporaryFolder;
    tessera::testing::write_tiny_video_model(*folder_ / "model",
                                             launch::golden_model() + "/tokenizer");
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static std::string run_of(const std::string& name) { return (*folder_ / name).string(); }

  /// Two stages of two steps, four frames in windows of three.
  static Ended render(int ranks, const std::string& run, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"render",
                                       "--kind",
                                       "video",
                                       "-m",
                                       run_of("model"),
                                       "-p",
                                       "a red kite",
                                       "--resolutions",
                                       "64x64,128x128",
                                       "--steps",
                                       "2",
                                       "--frames",
                                       "4",
                                       "--window",
                                       "3",
                                       "--window-stride",
                                       "1",
                                       "--restart-timestep",
                                       "999",
                                       "--run-dir",
                                       run_of(run),
                                       "-t",
                                       "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_tessera(ranks, arguments);
  }

  static std::string frame(const std::string& run, int index) {
    return run_of(run) + "/frames/00000_123_128x128/0000" + std::to_string(index) + ".png";
  }

  static storage::TemporaryFolder* folder_;
};

storage::TemporaryFolder* Clip::folder_ = nullptr;

TEST_F(Clip, HasTheSameFilesOnEveryRankCount) {
  for (const int ranks : {1, 3}) {
    const std::string run = std::to_string(ranks);
    const Ended ended = render(ranks, run, {"--formats", "mp4,mkv"});
    ASSERT_EQ(ended.exit_code, 0) << ended.err;
    for (const char* file : {"64x64.mp4", "128x128.mp4", "128x128.mkv"}) {
      EXPECT_THAT(ended.out, HasSubstr(run_of(run) + "/videos/00000_123_" + file + "\n"));
    }
  }
  for (int index = 0; index < 4; ++index) {
    EXPECT_EQ(storage::read_png(frame("3", index)).samples,
              storage::read_png(frame("1", index)).samples);
  }
  const std::string name = "/videos/00000_123_128x128.mkv";
  const auto facts = storage::read_video_facts(run_of("1") + name);
  EXPECT_EQ(facts.frames, 4);
  EXPECT_EQ(facts.frames_per_second, 10);
  EXPECT_THAT(facts.parameters, HasSubstr("Sampler: DDIM"));
  EXPECT_EQ(storage::read_text(run_of("3") + "/videos/00000_123_128x128.mp4").size(),
            storage::read_text(run_of("1") + "/videos/00000_123_128x128.mp4").size());
}

TEST_F(Clip, GoesOnWhereItWasStoppedOnAnotherRankCount) {
  ASSERT_EQ(render(1, "whole", {"--formats", "mkv"}).exit_code, 0);
  const std::string run = "stopped";
  // Every start does one step, then its time is up.
  const std::vector<std::string> short_time{"--formats", "mkv", "--checkpoint-time-limit", "1s"};
  Ended ended = render(2, run, short_time);
  ASSERT_EQ(ended.exit_code, 75) << ended.err;
  for (const int ranks : {3, 1, 2}) {
    ended = run_tessera(ranks, {"resume", run_of(run)});
    ASSERT_THAT(ended.exit_code, ::testing::AnyOf(0, 75)) << ended.err;
  }
  if (ended.exit_code == 75) ended = run_tessera(3, {"resume", run_of(run)});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  for (int index = 0; index < 4; ++index) {
    EXPECT_EQ(storage::read_png(frame(run, index)).samples,
              storage::read_png(frame("whole", index)).samples);
  }
}

TEST_F(Clip, IsMadeAgainOfItsFramesWhenItIsLost) {
  ASSERT_EQ(render(1, "lost", {"--formats", "mkv"}).exit_code, 0);
  const fs::path clip = run_of("lost") + "/videos/00000_123_128x128.mkv";
  const std::string before = storage::read_text(clip, 100 << 20);
  fs::remove(clip);
  const Ended ended = run_tessera(2, {"resume", run_of("lost")});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr(clip.string()));
  EXPECT_THAT(ended.err, HasSubstr("nothing is left to do"));
  EXPECT_EQ(storage::read_text(clip, 100 << 20), before);
}

TEST_F(Clip, ReplaysItsTraceWithTheSamePixels) {
  const std::string trace = run_of("clip.safetensors");
  ASSERT_EQ(render(1, "traced", {"--trace", trace, "--trace-layers", "1:1"}).exit_code, 0);
  const Ended ended = render(3, "replayed", {"--replay", trace, "-s", "7"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(storage::read_png(run_of("replayed") + "/frames/00000_7_128x128/00003.png").samples,
            storage::read_png(frame("traced", 3)).samples);
}

TEST_F(Clip, IsRefusedWithAModelOfPictures) {
  const Ended ended = run_tessera(1, {"render", "--kind", "video", "-m", launch::golden_model(),
                                      "-p", "a kite", "--run-dir", run_of("refused")});
  EXPECT_EQ(ended.exit_code, 65);
  EXPECT_THAT(ended.err, HasSubstr("makes pictures, not clips"));
}

}  // namespace
}  // namespace tessera::cli
