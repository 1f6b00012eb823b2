#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/text/clip_merges.h"
#include "model/text/clip_pieces.h"

namespace tessera::model {

/// A prompt as the text towers take it.
struct TokenIds {
  std::vector<std::int32_t> ids;  ///< start, at most length - 2 of the text, end, pads
  std::string dropped;            ///< the normalised text that did not fit; empty if all did
};

/// Byte-level byte-pair tokenizer of CLIP (docs/algorithms.md, "Text").
///
/// Start, end and pad tokens are what the folder's files say. A special token that stands in the
/// prompt becomes its id, so the second SDXL tokenizer, whose pad is `!`, turns every `!` into the
/// pad id. `OpenClip` pads with id 0, which stays an ordinary `!` in the text. Immutable; any
/// thread.
class ClipTokenizer {
 public:
  /// Reads `vocab.json`, `merges.txt`, `special_tokens_map.json` and `tokenizer_config.json`.
  /// \throws storage::MissingFileError; storage::DataError naming file and entry.
  static ClipTokenizer load(const std::filesystem::path& folder, TokenizerKind kind);

  /// Ids of a prompt, always length() of them.
  /// \throws storage::DataError if the prompt is not UTF-8.
  TokenIds encode(std::string_view prompt) const;

  int length() const { return length_; }  ///< 77 in every published CLIP model
  int vocabulary_size() const { return merges_.vocabulary_size(); }
  std::int32_t start_id() const { return start_id_; }
  std::int32_t end_id() const { return end_id_; }
  std::int32_t pad_id() const { return pad_id_; }

 private:
  ClipTokenizer(ClipMerges merges, TokenizerKind kind) : merges_(std::move(merges)), kind_(kind) {}

  ClipMerges merges_;
  TokenizerKind kind_;
  std::vector<SpecialToken> specials_;
  int length_ = 77;
  std::int32_t start_id_ = 0;
  std::int32_t end_id_ = 0;
  std::int32_t pad_id_ = 0;
};

}  // namespace tessera::model
