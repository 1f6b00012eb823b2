#include "configs/video_rules.h"

#include <gmock/gmock.h>

#include "configs/job_config_reader.h"
#include "tests/configs/sources_of.h"

namespace tessera::configs {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::optional<RuleBreach> breach_of(const std::string& file) {
  return breach_of_kind(read_job_config(file_sources(file)).job);
}

void expect_breach(const std::string& file, const std::string& key) {
  const auto breach = breach_of(file);
  ASSERT_TRUE(breach.has_value()) << file;
  EXPECT_EQ(breach->key, key);
  EXPECT_THAT(breach->what, StartsWith(key + ": "));
}

TEST(VideoRules, AcceptWhatBothKindsHaveByDefault) {
  EXPECT_FALSE(breach_of("").has_value());
  EXPECT_FALSE(breach_of("kind: video\n").has_value());
}

TEST(VideoRules, RefusePicturesWhatClipsHaveAlone) {
  expect_breach("sampling: {scheduler: ddim}\n", "sampling.scheduler");
  expect_breach("sampling: {eta: 0.5}\n", "sampling.eta");
  expect_breach("output: {formats: [png, mp4]}\n", "output.formats");
}

TEST(VideoRules, RefuseClipsWhatPicturesHaveAlone) {
  const std::string clip = "kind: video\n";
  expect_breach(clip + "sampling: {scheduler: euler}\n", "sampling.scheduler");
  expect_breach(clip + "sampling: {guidance_rescale: 0.5}\n", "sampling.guidance_rescale");
  expect_breach(clip + "sampling: {timestep_spacing: trailing}\n", "sampling.timestep_spacing");
  expect_breach(clip + "sampling: {state: fp16}\n", "sampling.state");
  expect_breach(clip + "method: {mode: official}\n", "method.mode");
  expect_breach(clip + "method: {freeu: {b1: 1}}\n", "method.freeu");
  expect_breach(clip + "cascade: {upscale_space: image}\n", "cascade.upscale_space");
  expect_breach(clip + "vae: {mode: tiled}\n", "vae.mode");
  expect_breach(clip + "init: {image: a.png}\n", "init.image");
  expect_breach(clip + "prompt: {prompt: a, image: a.png}\n", "init.image");
  expect_breach(clip + "model: {vae_path: vae}\n", "model.vae_path");
  expect_breach(clip + "output: {formats: png}\n", "output.formats");
  expect_breach(clip + "output: {bit_depth: 16}\n", "output.bit_depth");
}

TEST(VideoRules, NameTheNearestNumbersOfFrames) {
  for (const int frames : {1, 15, 16, 20, 64}) {
    EXPECT_FALSE(breach_of("kind: video\nvideo: {frames: " + std::to_string(frames) + "}\n"))
        << frames;
  }
  const auto breach = breach_of("kind: video\nvideo: {frames: 30}\n");
  ASSERT_TRUE(breach.has_value());
  EXPECT_THAT(breach->what, HasSubstr("Use 28 or 32."));
  expect_breach("kind: video\nvideo: {frames: 24, window: 8, window_stride: 9}\n",
                "video.window_stride");
  expect_breach("kind: video\nvideo: {fps_condition: 0}\n", "video.fps_condition");
}

}  // namespace
}  // namespace tessera::configs
