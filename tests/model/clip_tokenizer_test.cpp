#include "model/text/clip_tokenizer.h"

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

using testing::HasSubstr;

struct Case {
  const char* kind_name;
  TokenizerKind kind;
  const char* folder;
};

class ClipTokenizerGolden : public testing::TestWithParam<Case> {};

TEST_P(ClipTokenizerGolden, GivesTheIdsOfTheReferenceTokenizer) {
  const Case& param = GetParam();
  const auto tokenizer = ClipTokenizer::load(golden_model() / param.folder, param.kind);
  std::ifstream file(golden_folder() / "tokenizer_cases.json");
  const auto cases = nlohmann::json::parse(file);
  const auto& prompts = cases.at("prompts");
  ASSERT_GE(prompts.size(), 22U);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    SCOPED_TRACE(prompts[i].dump());
    auto expected =
        cases.at(param.kind_name).at(param.folder).at(i).get<std::vector<std::int32_t>>();
    expected.resize(77, expected.back());
    EXPECT_EQ(tokenizer.encode(prompts[i].get<std::string>()).ids, expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, ClipTokenizerGolden,
                         testing::Values(Case{"clip", TokenizerKind::Clip, "tokenizer"},
                                         Case{"clip", TokenizerKind::Clip, "tokenizer_2"},
                                         Case{"clip_basic", TokenizerKind::ClipBasic, "tokenizer"},
                                         Case{"clip_basic", TokenizerKind::ClipBasic,
                                              "tokenizer_2"}),
                         [](const auto& instance) {
                           return std::string(instance.param.kind_name) + "_" +
                                  instance.param.folder;
                         });

TEST(ClipTokenizer, ReadsSpecialTokensFromTheFolder) {
  const auto first = ClipTokenizer::load(golden_model() / "tokenizer", TokenizerKind::Clip);
  EXPECT_EQ(first.start_id(), 2012);
  EXPECT_EQ(first.end_id(), 2013);
  EXPECT_EQ(first.pad_id(), 2013);
  EXPECT_EQ(first.length(), 77);
  const auto second = ClipTokenizer::load(golden_model() / "tokenizer_2", TokenizerKind::Clip);
  EXPECT_EQ(second.pad_id(), 0);
}

TEST(ClipTokenizer, TurnsEveryExclamationMarkIntoThePadOfTheSecondTower) {
  const auto second = ClipTokenizer::load(golden_model() / "tokenizer_2", TokenizerKind::Clip);
  const auto ids = second.encode("! !! !!!").ids;
  EXPECT_THAT(std::vector(ids.begin(), ids.begin() + 9),
              testing::ElementsAre(2012, 0, 0, 0, 0, 0, 0, 2013, 0));
}

TEST(ClipTokenizer, NamesTheTextThatDoesNotFit) {
  const auto tokenizer = ClipTokenizer::load(golden_model() / "tokenizer", TokenizerKind::Clip);
  EXPECT_EQ(tokenizer.encode("a short prompt").dropped, "");
  std::string prompt;
  for (int word = 0; word < 75; ++word) prompt += "A ";
  EXPECT_EQ(tokenizer.encode(prompt).dropped, "");
  const TokenIds cut = tokenizer.encode(prompt + "the Sea, it's");
  EXPECT_EQ(cut.dropped, "the sea, it's");
  EXPECT_EQ(cut.ids.size(), 77U);
  EXPECT_EQ(cut.ids.back(), 2013);
}

TEST(ClipTokenizer, DropsAWordThatFitsOnlyInPart) {
  const auto tokenizer = ClipTokenizer::load(golden_model() / "tokenizer", TokenizerKind::Clip);
  std::string prompt;
  for (int word = 0; word < 74; ++word) prompt += "a ";
  EXPECT_EQ(tokenizer.encode(prompt + "supercalifragilistic end").dropped,
            "supercalifragilistic end");
}

TEST(ClipTokenizer, RefusesASpecialTokenThatTheVocabularyLacks) {
  const storage::TemporaryFolder folder;
  for (const char* name : {"vocab.json", "merges.txt", "tokenizer_config.json"}) {
    std::filesystem::copy(golden_model() / "tokenizer" / name, folder / name);
  }
  folder.put("special_tokens_map.json", R"({"pad_token": "<|pad|>"})");
  const auto load = [&] { ClipTokenizer::load(folder.path(), TokenizerKind::Clip); };
  EXPECT_THAT(storage::message_of<storage::DataError>(load),
              testing::AllOf(HasSubstr("<|pad|>"), HasSubstr("pad_token")));
  folder.put("special_tokens_map.json", R"({"pad_token": 3})");
  EXPECT_THAT(storage::message_of<storage::DataError>(load), HasSubstr("pad_token"));
}

TEST(ClipTokenizer, UsesThePublishedSpecialTokensWithoutTheOptionalFiles) {
  const storage::TemporaryFolder folder;
  for (const char* name : {"vocab.json", "merges.txt"}) {
    std::filesystem::copy(golden_model() / "tokenizer" / name, folder / name);
  }
  const auto tokenizer = ClipTokenizer::load(folder.path(), TokenizerKind::Clip);
  EXPECT_EQ(tokenizer.start_id(), 2012);
  EXPECT_EQ(tokenizer.pad_id(), 2013);
}

/// The golden vocabulary as open_clip names its special tokens.
class OpenClipTokenizer : public ::testing::Test {
 protected:
  OpenClipTokenizer() {
    std::ifstream file(golden_model() / "tokenizer" / "vocab.json");
    auto vocabulary = nlohmann::json::parse(file);
    vocabulary.erase("<|startoftext|>");
    vocabulary.erase("<|endoftext|>");
    vocabulary["<start_of_text>"] = 2012;
    vocabulary["<end_of_text>"] = 2013;
    folder_.put("vocab.json", vocabulary.dump());
    std::filesystem::copy(golden_model() / "tokenizer" / "merges.txt", folder_ / "merges.txt");
  }

  storage::TemporaryFolder folder_;
};

TEST_F(OpenClipTokenizer, PadsWithIdZeroAndKeepsExclamationMarksInTheText) {
  const auto tokenizer = ClipTokenizer::load(folder_.path(), TokenizerKind::OpenClip);
  EXPECT_EQ(tokenizer.pad_id(), 0);
  const auto ids = tokenizer.encode("!").ids;
  EXPECT_THAT(std::vector(ids.begin(), ids.begin() + 4), testing::ElementsAre(2012, 256, 2013, 0));
  EXPECT_EQ(ids.back(), 0);
  EXPECT_EQ(ids.size(), 77U);
}

TEST_F(OpenClipTokenizer, PadsWithIdZeroWhateverTheFilesSay) {
  folder_.put("special_tokens_map.json", R"({"pad_token": "<end_of_text>"})");
  const auto tokenizer = ClipTokenizer::load(folder_.path(), TokenizerKind::OpenClip);
  EXPECT_EQ(tokenizer.encode("").ids.back(), 0);
}

TEST_F(OpenClipTokenizer, GivesTheRecordedIdsOfAPrompt) {
  const auto tokenizer = ClipTokenizer::load(folder_.path(), TokenizerKind::OpenClip);
  const std::vector<std::pair<std::string, std::string>> prompts{
      {"a red kite above the dunes, film grain", "case_t2v/text.input_ids_cond"},
      {"", "case_t2v/text.input_ids_uncond"}};
  for (const auto& [prompt, name] : prompts) {
    const auto ids = tokenizer.encode(prompt).ids;
    const at::Tensor recorded = golden_tensor("video.safetensors", name);
    EXPECT_TRUE(at::equal(at::tensor(ids, at::kInt).unsqueeze(0), recorded)) << prompt;
  }
}

}  // namespace
}  // namespace tessera::model
