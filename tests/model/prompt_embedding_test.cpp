#include "model/text/prompt_embedding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/storage_error.h"
#include "tests/model/golden_tensors.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::model {
namespace {

constexpr const char* kPrompt = "a small red house by the sea, oil painting";

OpenedWeights open_fp32(const std::filesystem::path& component, const std::string& base) {
  return open_weights(component, base, "", at::kFloat);
}

const TextTowers& towers() {
  static const TextTowers loaded = load_text_towers(golden_model(), TokenizerKind::Clip, open_fp32);
  return loaded;
}

TEST(PromptEmbedding, JoinsBothTowersOnChannels) {
  const GoldenTensors golden("networks.safetensors");
  const PromptEmbedding embedding = embed_prompt(towers(), kPrompt);
  EXPECT_EQ(embedding.context_1NC.sizes(), (std::vector<std::int64_t>{1, 77, 80}));
  const at::Tensor expected =
      at::cat({golden["text.penultimate_1"][0], golden["text.penultimate_2"][0]}, 1);
  EXPECT_LT(relative_error(embedding.context_1NC[0], expected), 1e-5);
  EXPECT_LT(relative_error(embedding.pooled_1P[0], golden["text.pooled"][0]), 1e-5);
  EXPECT_TRUE(at::equal(embedding.input_ids_2N[0], golden["text.input_ids_1"][0]));
  EXPECT_TRUE(at::equal(embedding.input_ids_2N[1], golden["text.input_ids_2"][0]));
  EXPECT_EQ(embedding.dropped, "");
}

TEST(PromptEmbedding, AnAbsentNegativePromptIsZeros) {
  const PromptEmbedding embedding = embed_negative(towers(), std::nullopt);
  EXPECT_TRUE(at::equal(embedding.context_1NC, at::zeros({1, 77, 80})));
  EXPECT_TRUE(at::equal(embedding.pooled_1P, at::zeros({1, 40})));
}

TEST(PromptEmbedding, AnEmptyNegativePromptIsEncoded) {
  const PromptEmbedding given = embed_negative(towers(), "");
  EXPECT_TRUE(at::equal(given.context_1NC, embed_prompt(towers(), "").context_1NC));
  TextTowers unforced = towers();
  unforced.absent_prompt = AbsentPrompt::EmptyText;
  EXPECT_TRUE(at::equal(embed_negative(unforced, std::nullopt).context_1NC, given.context_1NC));
}

TEST(PromptEmbedding, ReportsTheTextThatDoesNotFit) {
  std::string prompt;
  for (int word = 0; word < 75; ++word) prompt += "a ";
  EXPECT_EQ(embed_prompt(towers(), prompt + "lighthouse").dropped, "lighthouse");
}

TEST(PromptEmbedding, NeedsAProjectionInTheSecondTower) {
  const storage::TemporaryFolder folder;
  std::filesystem::copy(golden_model() / "model_index.json", folder / "model_index.json");
  for (const char* name : {"tokenizer", "tokenizer_2", "text_encoder"}) {
    std::filesystem::copy(golden_model() / name, folder / name);
  }
  std::filesystem::copy(golden_model() / "text_encoder", folder / "text_encoder_2");
  EXPECT_THAT(storage::message_of<storage::DataError>(
                  [&] { load_text_towers(folder.path(), TokenizerKind::Clip, open_fp32); }),
              testing::HasSubstr("CLIPTextModelWithProjection"));
}

}  // namespace
}  // namespace tessera::model
