#include "model/text/clip_tokenizer.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "storage/storage_error.h"

namespace tessera::model {
namespace {

using nlohmann::json;

/// The optional JSON object of a tokenizer folder; an empty one when there is no such file.
json read_optional(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) return json::object();
  json parsed = json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) throw storage::DataError(path.string() + ": not a JSON object");
  return parsed;
}

/// What the two files of a tokenizer folder say about its special tokens.
class SpecialTokenFiles {
 public:
  SpecialTokenFiles(std::filesystem::path folder, const ClipMerges& merges)
      : folder_(std::move(folder)),
        merges_(merges),
        map_(read_optional(folder_ / "special_tokens_map.json")),
        config_(read_optional(folder_ / "tokenizer_config.json")) {}

  /// `bos_token` and the like: a text, or an object with `content` and `normalized`.
  SpecialToken read(const std::string& role, const std::string& absent) const {
    const json* entry = find(role);
    SpecialToken token{absent, 0, SpecialMatch::Raw};
    if (entry != nullptr && entry->is_string()) {
      token.content = entry->get<std::string>();
    } else if (entry != nullptr) {
      const auto content = entry->is_object() ? entry->find("content") : entry->end();
      if (!entry->is_object() || content == entry->end() || !content->is_string()) {
        throw storage::DataError(folder_.string() + ": " + role + " " + entry->dump() +
                                 " is neither a text nor an object with \"content\"");
      }
      token.content = content->get<std::string>();
      const auto normalized = entry->find("normalized");
      if (normalized != entry->end() && *normalized == true) token.match = SpecialMatch::Normalized;
    }
    const auto id = merges_.find(token.content);
    if (!id) {
      throw storage::DataError((folder_ / "vocab.json").string() + ": no entry \"" + token.content +
                               "\", which is the " + role);
    }
    token.id = *id;
    return token;
  }

  /// `model_max_length`; 77 when absent or the "no limit" number of transformers.
  int length() const {
    constexpr int kClipLength = 77;
    constexpr double kLongest = 4096;
    const auto entry = config_.find("model_max_length");
    if (entry == config_.end() || !entry->is_number()) return kClipLength;
    const double value = entry->get<double>();
    if (value > kLongest) return kClipLength;
    if (value < 3) {
      throw storage::DataError((folder_ / "tokenizer_config.json").string() +
                               ": model_max_length " + entry->dump() + " is less than 3");
    }
    return static_cast<int>(value);
  }

 private:
  const json* find(const std::string& role) const {
    for (const json* file : {&map_, &config_}) {
      const auto entry = file->find(role);
      if (entry != file->end() && !entry->is_null()) return &*entry;
    }
    return nullptr;
  }

  std::filesystem::path folder_;
  const ClipMerges& merges_;
  json map_;
  json config_;
};

}  // namespace

ClipTokenizer ClipTokenizer::load(const std::filesystem::path& folder, TokenizerKind kind) {
  ClipTokenizer tokenizer(ClipMerges::load(folder), kind);
  const SpecialTokenFiles files(folder, tokenizer.merges_);
  const bool own_names = tokenizer.merges_.find("<start_of_text>").has_value();  // open_clip
  const SpecialToken start =
      files.read("bos_token", own_names ? "<start_of_text>" : "<|startoftext|>");
  const SpecialToken end = files.read("eos_token", own_names ? "<end_of_text>" : "<|endoftext|>");
  tokenizer.specials_ = {start, end};
  if (kind != TokenizerKind::OpenClip) {
    const SpecialToken pad = files.read("pad_token", end.content);
    tokenizer.specials_.push_back(files.read("unk_token", end.content));
    if (pad.content != end.content) tokenizer.specials_.push_back(pad);
    tokenizer.pad_id_ = pad.id;
  }
  tokenizer.start_id_ = start.id;
  tokenizer.end_id_ = end.id;
  tokenizer.length_ = files.length();
  return tokenizer;
}

TokenIds ClipTokenizer::encode(std::string_view prompt) const {
  const auto length = static_cast<std::size_t>(length_);
  TokenIds result;
  result.ids.reserve(length);
  result.ids.push_back(start_id_);
  bool full = false;
  for (const PromptPiece& piece : split_prompt(prompt, kind_, specials_)) {
    const std::vector<std::int32_t> ids = piece.special_id
                                              ? std::vector<std::int32_t>{*piece.special_id}
                                              : merges_.encode(piece.text);
    for (const std::int32_t id : ids) {
      full = full || result.ids.size() == length - 1;
      if (!full) result.ids.push_back(id);
    }
    if (full) {
      if (piece.after_space && !result.dropped.empty()) result.dropped += ' ';
      result.dropped += piece.text;
    }
  }
  result.ids.push_back(end_id_);
  result.ids.resize(length, pad_id_);
  return result;
}

}  // namespace tessera::model
