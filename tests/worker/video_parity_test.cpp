// The video networks, their sampler and FreeNoise against recorded runs of VideoCrafter and
// FreeNoise, with every random number injected. Needs TESSERA_FIXTURES=DIR with the recorded videos
// in DIR or beside it, in DIR/../video.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "tests/model/video_fixture.h"
#include "tests/worker/recorded_videos.h"
#include "tests/worker/video_clip.h"

namespace tessera::testing {
namespace {

namespace fs = std::filesystem;

/// Accepted rms(difference) / rms(reference), from the fixtures' README: at least 7 times the
/// difference between two independent fp32 programs, at most a third of the most harmless mistake.
double tolerance(const std::string& name) {
  for (const char* const exact :
       {"text.input_ids", "freenoise.", "schedule.timesteps", "unet.fps"}) {
    if (name.starts_with(exact)) return 0;
  }
  if (name.starts_with("schedule.")) return 1e-6;
  if (name.starts_with("text.")) return 1e-5;
  if (name.starts_with("frame") || name.ends_with(".latents")) return 1e-4;
  return 3e-4;
}

/// The fixtures hold the first entries of dimension 0 of what is large.
at::Tensor as_recorded(const at::Tensor& value, const at::Tensor& recorded) {
  return value.size(0) > recorded.size(0) ? value.narrow(0, 0, recorded.size(0)) : value;
}

/// Compares every tensor that was recorded.
void compare(const NamedTensors& sampled, const fs::path& recorded) {
  for (const auto& [name, reference] : read_tensors(recorded)) {
    const auto found = sampled.find(name);
    EXPECT_NE(found, sampled.end()) << name << " is not there";
    if (found == sampled.end()) continue;
    const at::Tensor value = as_recorded(found->second, reference);
    EXPECT_EQ(value.sizes(), reference.sizes()) << name;
    if (value.sizes() != reference.sizes()) continue;
    const at::Tensor difference = value.to(at::kDouble) - reference.to(at::kDouble);
    const double rms = reference.to(at::kDouble).square().mean().sqrt().item<double>();
    const double relative = difference.square().mean().sqrt().item<double>() / std::max(rms, 1e-30);
    EXPECT_LE(relative, tolerance(name)) << name;
    std::printf("%-60s max %.1e  relative rms %.1e of %.0e\n", name.c_str(),
                difference.abs().max().item<double>(), relative, tolerance(name));
  }
}

void expect_same_bits(const NamedTensors& actual, const NamedTensors& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [name, value] : expected) {
    ASSERT_TRUE(actual.contains(name)) << name;
    EXPECT_TRUE(at::equal(actual.at(name), value)) << name;
  }
}

class VideoParity : public ::testing::TestWithParam<VideoCase> {
 protected:
  void SetUp() override {
    folder_ = recorded_videos();
    if (!folder_) GTEST_SKIP() << "TESSERA_FIXTURES names no folder of recorded videos";
    const auto file = model::open_weight_file(*folder_ / "model/model.safetensors", at::kFloat);
    model_ = model::make_video_model(model::video_fixture_config(), *file, *folder_ / "model");
    injected_ = read_tensors(case_folder() / "inject.safetensors");
  }

  fs::path case_folder() const { return *folder_ / GetParam().name; }

  void compare_all(const NamedTensors& sampled) const {
    compare(sampled, case_folder() / "trace.safetensors");
    compare(sampled, case_folder() / "layers.safetensors");
  }

  std::optional<fs::path> folder_;
  std::optional<model::VideoModel> model_;
  NamedTensors injected_;
};

TEST_P(VideoParity, EveryRecordedTensorMatchesOnTheWholeImage) {
  compare_all(sample_whole(*model_, GetParam(), injected_));
}

TEST_P(VideoParity, EveryRecordedTensorMatchesOnStripsWithTheSameBitsOnEveryRankCount) {
  const NamedTensors alone = sample_on_ranks(*model_, GetParam(), injected_, 1);
  compare_all(alone);
  for (const int ranks : {2, 3, 4}) {
    SCOPED_TRACE(std::to_string(ranks) + " ranks");
    expect_same_bits(sample_on_ranks(*model_, GetParam(), injected_, ranks), alone);
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, VideoParity, ::testing::Values(case_t2v(), case_freenoise()),
                         [](const auto& given) { return given.param.name; });

}  // namespace
}  // namespace tessera::testing
