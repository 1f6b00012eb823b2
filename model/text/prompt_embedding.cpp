#include "model/text/prompt_embedding.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "model/config_json.h"
#include "storage/storage_error.h"

namespace tessera::model {
namespace {

TextTower load_tower(const std::filesystem::path& tokenizer, const std::filesystem::path& encoder,
                     TokenizerKind kind, const WeightOpener& open,
                     std::vector<std::string>& warnings) {
  const auto config = read_clip_text_config(encoder / "config.json");
  const OpenedWeights opened = open(encoder, "model");
  if (opened.warning) warnings.push_back(*opened.warning);
  return {ClipTokenizer::load(tokenizer, kind), load_clip_text(*opened.source, config)};
}

at::Tensor to_tensor(const std::vector<std::int32_t>& ids) {
  at::Tensor result = at::empty({static_cast<std::int64_t>(ids.size())}, at::kInt);
  std::copy(ids.begin(), ids.end(), result.data_ptr<std::int32_t>());
  return result;
}

}  // namespace

TextTowers load_text_towers(const std::filesystem::path& model, TokenizerKind kind,
                            const WeightOpener& open) {
  const ConfigJson index(model / "model_index.json");
  std::vector<std::string> warnings;
  const auto tower = [&](const char* tokenizer, const char* encoder) {
    return load_tower(model / tokenizer, model / encoder, kind, open, warnings);
  };
  TextTower first = tower("tokenizer", "text_encoder");
  TextTower second = tower("tokenizer_2", "text_encoder_2");
  TextTowers towers{std::move(first), std::move(second),
                    index.flag_or("force_zeros_for_empty_prompt", true) ? AbsentPrompt::Zeros
                                                                        : AbsentPrompt::EmptyText,
                    std::move(warnings)};
  if (towers.second.weights.config.projection_width == 0) {
    throw storage::DataError((model / "text_encoder_2" / "config.json").string() +
                             ": field \"architectures\": the second text tower needs a projection "
                             "(CLIPTextModelWithProjection)");
  }
  return towers;
}

PromptEmbedding embed_prompt(const TextTowers& towers, std::string_view prompt) {
  const TokenIds first = towers.first.tokenizer.encode(prompt);
  const TokenIds second = towers.second.tokenizer.encode(prompt);
  const EncodedText one = encode_text(towers.first.weights, first.ids);
  const EncodedText two = encode_text(towers.second.weights, second.ids);
  return {at::cat({one.context_1NC, two.context_1NC}, 2), two.pooled_1P,
          at::stack({to_tensor(first.ids), to_tensor(second.ids)}), first.dropped};
}

PromptEmbedding embed_negative(const TextTowers& towers,
                               const std::optional<std::string>& negative_prompt) {
  if (negative_prompt) return embed_prompt(towers, *negative_prompt);
  if (towers.absent_prompt == AbsentPrompt::EmptyText) return embed_prompt(towers, "");
  const ClipTextConfig& one = towers.first.weights.config;
  const ClipTextConfig& two = towers.second.weights.config;
  const auto options = towers.second.weights.token_embedding.options();
  return {at::zeros({1, two.positions, one.width + two.width}, options),
          at::zeros({1, two.projection_width}, options), at::Tensor(), ""};
}

}  // namespace tessera::model
