#include "model/text/clip_text_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "storage/storage_error.h"
#include "tests/model/golden_tensors.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::model {
namespace {

ClipTextConfig read_golden(const char* folder) {
  return read_clip_text_config(golden_model() / folder / "config.json");
}

/// The second tower's config with one field replaced.
ClipTextConfig read_edited_tower(const std::string& field, const nlohmann::json& value) {
  std::ifstream file(golden_model() / "text_encoder_2" / "config.json");
  auto config = nlohmann::json::parse(file);
  config[field] = value;
  const storage::TemporaryFolder folder;
  return read_clip_text_config(folder.put("config.json", config.dump()));
}

TEST(ClipTextConfig, ReadsBothTowers) {
  const ClipTextConfig one = read_golden("text_encoder");
  EXPECT_EQ(one.width, 32);
  EXPECT_EQ(one.mlp_width, 64);
  EXPECT_EQ(one.layers, 3);
  EXPECT_EQ(one.heads, 2);
  EXPECT_EQ(one.vocabulary_size, 2014);
  EXPECT_EQ(one.activation, TextActivation::QuickGelu);
  EXPECT_EQ(one.projection_width, 0);
  const ClipTextConfig two = read_golden("text_encoder_2");
  EXPECT_EQ(two.activation, TextActivation::Gelu);
  EXPECT_EQ(two.projection_width, 40);
  EXPECT_EQ(two.positions, 77);
}

TEST(ClipTextConfig, PicksThePooledPositionByTheEndId) {
  EXPECT_EQ(read_golden("text_encoder_2").pooled_position, PooledPosition::LargestId);
  EXPECT_EQ(read_edited_tower("eos_token_id", 2013).pooled_position, PooledPosition::FirstEndId);
}

TEST(ClipTextConfig, RefusesWhatIsNotSupportedByName) {
  const std::vector<std::pair<std::string, nlohmann::json>> edits{
      {"hidden_act", "relu"},     {"architectures", {"T5EncoderModel"}},
      {"model_type", "t5"},       {"num_hidden_layers", 1},
      {"num_attention_heads", 5}, {"hidden_size", 0},
      {"projection_dim", "wide"}, {"vocab_size", nullptr}};
  for (const auto& [field, value] : edits) {
    SCOPED_TRACE(field);
    const auto message =
        storage::message_of<storage::DataError>([&] { read_edited_tower(field, value); });
    EXPECT_THAT(message, testing::HasSubstr("\"" + field + "\""));
  }
}

}  // namespace
}  // namespace tessera::model
