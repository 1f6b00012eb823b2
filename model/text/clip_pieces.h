#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tessera::model {

/// Which published tokenizer is followed where the two differ.
enum class TokenizerKind {
  Clip,       ///< transformers' fast tokenizer: NFC, lower case, contractions kept together
  ClipBasic,  ///< transformers' slow tokenizer without ftfy: accents stripped, punctuation split
  OpenClip,   ///< open_clip without its ftfy repairs: splits like Clip, pads with id 0
};

/// Where a special token is looked for.
enum class SpecialMatch {
  Raw,         ///< in the text as given
  Normalized,  ///< in the normalised text (`normalized: true` of the tokenizer's files)
};

struct SpecialToken {
  std::string content;
  std::int32_t id = 0;
  SpecialMatch match = SpecialMatch::Raw;
};

/// One unit of byte-pair encoding, or a special token.
struct PromptPiece {
  std::string text;  ///< UTF-8, normalised
  std::optional<std::int32_t> special_id;
  bool after_space = false;  ///< whitespace, or the beginning of the text, stands before it
};

/// Splits a prompt into the pieces that byte-pair encoding takes one by one.
///
/// `Clip`, `OpenClip`: NFC; whitespace runs to one space; lower case by code point; then the
/// pattern
/// `'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+`. `ClipBasic`: control characters
/// dropped, CJK characters apart, lower case by word, NFD without nonspacing marks, every
/// punctuation character apart; then the same pattern. Special tokens are cut out first;
/// `ClipBasic` matches them all in the raw text. \throws storage::DataError for text that is not
/// UTF-8, naming the byte. Any thread.
std::vector<PromptPiece> split_prompt(std::string_view prompt, TokenizerKind kind,
                                      const std::vector<SpecialToken>& specials);

}  // namespace tessera::model
