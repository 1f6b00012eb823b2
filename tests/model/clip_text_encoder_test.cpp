#include "model/text/clip_text_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/storage_error.h"
#include "tests/model/golden_tensors.h"
#include "tests/storage/expect_error.h"

namespace tessera::model {
namespace {

// fp32 sums in another order than torch's: 3e-7 of fp32 against fp64 in the reference itself.
constexpr double kTextTolerance = 1e-5;

ClipTextWeights load_golden(const char* folder) {
  const auto path = golden_model() / folder;
  const OpenedWeights opened = open_weights(path, "model", "", at::kFloat);
  return load_clip_text(*opened.source, read_clip_text_config(path / "config.json"));
}

std::vector<std::int32_t> row_of(const at::Tensor& ids, std::int64_t row) {
  const at::Tensor one = ids[row].contiguous();
  const auto* values = one.const_data_ptr<std::int32_t>();
  return {values, values + one.numel()};
}

TEST(ClipTextEncoderGolden, MatchesTheQuickGeluTower) {
  const GoldenTensors golden("networks.safetensors");
  const ClipTextWeights weights = load_golden("text_encoder");
  const at::Tensor ids = golden["text.input_ids_1"];
  for (std::int64_t prompt = 0; prompt < ids.size(0); ++prompt) {
    SCOPED_TRACE(prompt);
    const EncodedText text = encode_text(weights, row_of(ids, prompt));
    EXPECT_LT(relative_error(text.context_1NC[0], golden["text.penultimate_1"][prompt]),
              kTextTolerance);
    EXPECT_FALSE(text.pooled_1P.defined());
  }
}

TEST(ClipTextEncoderGolden, MatchesTheProjectedGeluTower) {
  const GoldenTensors golden("networks.safetensors");
  const ClipTextWeights weights = load_golden("text_encoder_2");
  const at::Tensor ids = golden["text.input_ids_2"];
  for (std::int64_t prompt = 0; prompt < ids.size(0); ++prompt) {
    SCOPED_TRACE(prompt);
    const EncodedText text = encode_text(weights, row_of(ids, prompt));
    EXPECT_LT(relative_error(text.context_1NC[0], golden["text.penultimate_2"][prompt]),
              kTextTolerance);
    EXPECT_LT(relative_error(text.pooled_1P[0], golden["text.pooled"][prompt]), kTextTolerance);
  }
}

TEST(ClipTextEncoder, LaterTokensDoNotReachEarlierOnes) {
  const ClipTextWeights weights = load_golden("text_encoder");
  std::vector<std::int32_t> ids(77, 2013);
  ids[0] = 2012;
  const at::Tensor before = encode_text(weights, ids).context_1NC;
  ids[40] = 320;
  const at::Tensor after = encode_text(weights, ids).context_1NC;
  EXPECT_TRUE(at::equal(before.narrow(1, 0, 40), after.narrow(1, 0, 40)));
  EXPECT_FALSE(at::equal(before.narrow(1, 40, 37), after.narrow(1, 40, 37)));
}

TEST(ClipTextEncoder, BothEndRulesFindTheFirstEndToken) {
  ClipTextWeights weights = load_golden("text_encoder_2");
  std::vector<std::int32_t> ids(77, 0);
  ids[0] = 2012;
  ids[3] = 2013;
  const at::Tensor by_size = encode_text(weights, ids).pooled_1P;
  weights.config.pooled_position = PooledPosition::FirstEndId;
  weights.config.end_id = 2013;
  EXPECT_TRUE(at::equal(by_size, encode_text(weights, ids).pooled_1P));
  ids[3] = 0;
  EXPECT_THAT(storage::message_of<storage::DataError>([&] { encode_text(weights, ids); }),
              testing::HasSubstr("eos_token_id 2013"));
}

TEST(ClipTextEncoder, ANormalisedContextIsThatOfTheLastLayer) {
  ClipTextWeights weights = load_golden("text_encoder");
  std::vector<std::int32_t> ids(77, 2013);
  ids[0] = 2012;
  const at::Tensor penultimate = encode_text(weights, ids).context_1NC;
  // Without its last layer the tower ends where the penultimate context is taken.
  weights.layers.pop_back();
  weights.config.context = TextContext::FinalNorm;
  const at::Tensor expected = at::layer_norm(penultimate, {weights.config.width},
                                             weights.final_norm.weight, weights.final_norm.bias);
  EXPECT_TRUE(at::equal(encode_text(weights, ids).context_1NC, expected));
}

TEST(ClipTextEncoder, RefusesIdsThatDoNotBelongToTheTower) {
  const ClipTextWeights weights = load_golden("text_encoder");
  std::vector<std::int32_t> ids(77, 2014);
  EXPECT_THAT(storage::message_of<storage::DataError>([&] { encode_text(weights, ids); }),
              testing::HasSubstr("token id 2014"));
  ids.resize(76);
  EXPECT_THAT(storage::message_of<storage::DataError>([&] { encode_text(weights, ids); }),
              testing::HasSubstr("77"));
}

TEST(ClipTextEncoder, HasTheParametersOfThePublishedTowers) {
  const auto count = [](const ClipTextConfig& config) {
    ShapeCounter counter;
    load_clip_text(counter, config);
    return counter.parameters();
  };
  ClipTextConfig vit_l;
  EXPECT_EQ(count(vit_l), 123060480);
  ClipTextConfig vit_g;
  vit_g.width = 1280;
  vit_g.mlp_width = 5120;
  vit_g.layers = 32;
  vit_g.heads = 20;
  vit_g.projection_width = 1280;
  EXPECT_EQ(count(vit_g), 694659840);
}

}  // namespace
}  // namespace tessera::model
