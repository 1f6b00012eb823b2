#include "model/video/video_model.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/model/golden_tensors.h"
#include "tests/model/synthetic_weights.h"
#include "tests/model/video_fixture.h"

namespace tessera::model {
namespace {

TEST(VideoModel, TakesItsComponentsFromOneFile) {
  const c10::InferenceMode inference;
  SyntheticWeights file;
  const VideoModel model =
      make_video_model(video_fixture_config(), file, golden_model() / "tokenizer");
  int unet = 0;
  int vae = 0;
  int text = 0;
  for (const auto& [name, shape] : file.shapes) {
    unet += name.starts_with("model.diffusion_model.") ? 1 : 0;
    vae += name.starts_with("first_stage_model.") ? 1 : 0;
    text += name.starts_with("cond_stage_model.model.") ? 1 : 0;
  }
  // Tensors of the recorded model; of the text tower those of three of four blocks (12 each).
  EXPECT_EQ(unet, 1484);
  EXPECT_EQ(vae, 184);
  EXPECT_EQ(text, 3 * 12 + 4);
  EXPECT_EQ(static_cast<std::size_t>(unet + vae + text), file.shapes.size());
}

TEST(VideoModel, ItsTextTowerReadsAPromptPaddedWithZeros) {
  const c10::InferenceMode inference;
  SyntheticWeights file;
  const VideoModel model =
      make_video_model(video_fixture_config(), file, golden_model() / "tokenizer");
  const auto ids = model.text.tokenizer.encode("a sea").ids;
  EXPECT_EQ(ids.back(), 0);
  EXPECT_EQ(encode_text(model.text.weights, ids).context_1NC.sizes(),
            (std::vector<std::int64_t>{1, 77, 48}));
}

}  // namespace
}  // namespace tessera::model
