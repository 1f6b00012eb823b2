#include "model/video/video_model.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "model/video/video_tensors.h"
#include "tests/model/golden_tensors.h"
#include "tests/model/synthetic_weights.h"
#include "tests/model/video_fixture.h"

namespace tessera::model {
namespace {

TEST(VideoModel, AsksForExactlyTheTensorsOfAConvertedFile) {
  const c10::InferenceMode inference;
  SyntheticWeights file;
  const VideoModelConfig config = video_fixture_config();
  const VideoModel model = make_video_model(config, file, golden_model() / "tokenizer");
  EXPECT_EQ(file.shapes, video_tensors(config));
  // Tensors of the recorded model; of the text tower three of four blocks (12 each).
  EXPECT_EQ(file.shapes.size(), 1484U + 184U + 3 * 12 + 4);
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
