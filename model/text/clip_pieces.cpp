#include "model/text/clip_pieces.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <utility>

#include "storage/storage_error.h"

namespace tessera::model {
namespace {

using icu::UnicodeString;

/// A stretch of text between special tokens, or one special token.
struct Segment {
  UnicodeString text;
  std::optional<std::int32_t> special_id;
};

std::string encode_utf8(const UnicodeString& text) {
  std::string result;
  return text.toUTF8String(result);
}

/// Broken sequences decode to U+FFFD, so the first byte that does not come back is the bad one.
UnicodeString decode_utf8(std::string_view text) {
  const UnicodeString decoded = UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  const std::string back = encode_utf8(decoded);
  if (back != text) {
    const auto bad = std::mismatch(text.begin(), text.end(), back.begin(), back.end()).first;
    throw storage::DataError("the prompt is not valid UTF-8 (byte " +
                             std::to_string(bad - text.begin()) + ")");
  }
  return decoded;
}

/// Longest special token of the given kind that begins at `at`.
const SpecialToken* special_at(const UnicodeString& text, std::int32_t at, SpecialMatch match,
                               const std::vector<SpecialToken>& specials) {
  const SpecialToken* longest = nullptr;
  for (const SpecialToken& special : specials) {
    if (special.match != match || special.content.empty()) continue;
    if (longest != nullptr && special.content.size() <= longest->content.size()) continue;
    const UnicodeString content = UnicodeString::fromUTF8(special.content);
    if (text.compare(at, content.length(), content) == 0) longest = &special;
  }
  return longest;
}

std::vector<Segment> cut_specials(const UnicodeString& text, SpecialMatch match,
                                  const std::vector<SpecialToken>& specials) {
  std::vector<Segment> segments;
  std::int32_t begin = 0;
  std::int32_t at = 0;
  const auto close = [&] {
    if (at > begin) segments.push_back({UnicodeString(text, begin, at - begin), std::nullopt});
  };
  while (at < text.length()) {
    const SpecialToken* special = special_at(text, at, match, specials);
    if (special == nullptr) {
      at = text.moveIndex32(at, 1);
      continue;
    }
    close();
    const UnicodeString content = UnicodeString::fromUTF8(special->content);
    segments.push_back({content, special->id});
    at += content.length();
    begin = at;
  }
  close();
  return segments;
}

void require_icu(UErrorCode status) {
  if (U_FAILURE(status)) {
    throw storage::MissingFileError(std::string("ICU normalisation failed: ") +
                                    u_errorName(status));
  }
}

UnicodeString compose(const UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  require_icu(status);
  UnicodeString result = nfc->normalize(text, status);
  require_icu(status);
  return result;
}

UnicodeString decompose(const UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfd = icu::Normalizer2::getNFDInstance(status);
  require_icu(status);
  UnicodeString result = nfd->normalize(text, status);
  require_icu(status);
  return result;
}

template <typename Visit>
void for_each_code(const UnicodeString& text, Visit visit) {
  for (std::int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1))
    visit(text.char32At(at));
}

/// NFC, whitespace runs to one space, lower case by code point (no context rules).
UnicodeString normalize_clip(const UnicodeString& text) {
  constexpr UChar32 kCapitalDottedI = 0x130;  // the only code point with a longer lower case
  UnicodeString result;
  bool in_space = false;
  for_each_code(compose(text), [&](UChar32 code) {
    const bool space = u_isUWhiteSpace(code);
    if (space && !in_space) result.append(UChar32{' '});
    if (code == kCapitalDottedI) {
      result.append(UChar32{'i'}).append(UChar32{0x307});
    } else if (!space) {
      result.append(u_tolower(code));
    }
    in_space = space;
  });
  return result;
}

/// Separates pieces where the text has no space; a control character, so never in cleaned text.
constexpr UChar32 kBreak = 1;

bool is_cjk(UChar32 code) {
  constexpr std::array<std::pair<UChar32, UChar32>, 8> kRanges{{{0x4E00, 0x9FFF},
                                                                {0x3400, 0x4DBF},
                                                                {0x20000, 0x2A6DF},
                                                                {0x2A700, 0x2B73F},
                                                                {0x2B740, 0x2B81F},
                                                                {0x2B820, 0x2CEAF},
                                                                {0xF900, 0xFAFF},
                                                                {0x2F800, 0x2FA1F}}};
  for (const auto& [first, last] : kRanges) {
    if (code >= first && code <= last) return true;
  }
  return false;
}

/// Punctuation of Unicode, and every printable ASCII sign.
bool is_punctuation(UChar32 code) {
  if (code > 32 && code < 127) return !u_isalnum(code);
  return (U_GET_GC_MASK(code) & U_GC_P_MASK) != 0;
}

/// Control characters gone, whitespace to spaces, CJK characters apart.
UnicodeString clean(const UnicodeString& text) {
  UnicodeString result;
  for_each_code(text, [&](UChar32 code) {
    const bool space =
        code == '\t' || code == '\n' || code == '\r' || (U_GET_GC_MASK(code) & U_GC_Z_MASK) != 0;
    if (space) {
      result.append(UChar32{' '});
    } else if ((U_GET_GC_MASK(code) & U_GC_C_MASK) != 0 || code == 0xFFFD) {
      return;
    } else if (is_cjk(code)) {
      result.append(kBreak).append(code).append(kBreak);
    } else {
      result.append(code);
    }
  });
  return result;
}

/// Lower case, accents stripped, punctuation apart.
void append_word(UnicodeString word, UnicodeString& result) {
  for_each_code(decompose(word.toLower(icu::Locale::getRoot())), [&](UChar32 code) {
    if (u_charType(code) == U_NON_SPACING_MARK) return;
    if (is_punctuation(code)) {
      result.append(kBreak).append(code).append(kBreak);
    } else {
      result.append(code);
    }
  });
}

UnicodeString normalize_basic(const UnicodeString& text) {
  UnicodeString result;
  UnicodeString word;
  for_each_code(clean(text), [&](UChar32 code) {
    if (code != ' ' && code != kBreak) {
      word.append(code);
      return;
    }
    append_word(word, result);
    word.remove();
    result.append(code);
  });
  append_word(word, result);
  return result;
}

/// Length in UTF-16 units of the match of the CLIP pattern at `at`, which is not a separator.
std::int32_t match_length(const UnicodeString& text, std::int32_t at, UChar32 break_code) {
  for (const char* contraction : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}) {
    const UnicodeString content(contraction, -1, US_INV);
    if (text.compare(at, content.length(), content) == 0) return content.length();
  }
  enum class Class { Separator, Letter, Number, Other };
  const auto class_of = [break_code](UChar32 code) {
    if (code == break_code || u_isUWhiteSpace(code)) return Class::Separator;
    if ((U_GET_GC_MASK(code) & U_GC_L_MASK) != 0) return Class::Letter;
    return (U_GET_GC_MASK(code) & U_GC_N_MASK) != 0 ? Class::Number : Class::Other;
  };
  const Class first = class_of(text.char32At(at));
  std::int32_t end = text.moveIndex32(at, 1);
  if (first == Class::Number) return end - at;
  while (end < text.length() && class_of(text.char32At(end)) == first) {
    end = text.moveIndex32(end, 1);
  }
  return end - at;
}

/// Collects pieces and remembers whether a space was passed.
class PieceList {
 public:
  /// \param break_code  separates pieces like a space, but is none; U_SENTINEL: nothing does.
  explicit PieceList(UChar32 break_code) : break_code_(break_code) {}

  void add_text(const UnicodeString& normalized) {
    for (std::int32_t at = 0; at < normalized.length();) {
      const UChar32 code = normalized.char32At(at);
      if (u_isUWhiteSpace(code) || code == break_code_) {
        after_space_ = after_space_ || code != break_code_;
        at = normalized.moveIndex32(at, 1);
        continue;
      }
      const std::int32_t length = match_length(normalized, at, break_code_);
      add(UnicodeString(normalized, at, length), std::nullopt);
      at += length;
    }
  }

  void add(const UnicodeString& text, std::optional<std::int32_t> special_id) {
    pieces_.push_back({encode_utf8(text), special_id, after_space_});
    after_space_ = false;
  }

  std::vector<PromptPiece> take() { return std::move(pieces_); }

 private:
  UChar32 break_code_;
  std::vector<PromptPiece> pieces_;
  bool after_space_ = true;
};

}  // namespace

std::vector<PromptPiece> split_prompt(std::string_view prompt, TokenizerKind kind,
                                      const std::vector<SpecialToken>& specials) {
  std::vector<SpecialToken> ordered = specials;
  if (kind == TokenizerKind::ClipBasic) {
    for (SpecialToken& special : ordered) special.match = SpecialMatch::Raw;
  }
  PieceList pieces(kind == TokenizerKind::ClipBasic ? kBreak : U_SENTINEL);
  for (const Segment& raw : cut_specials(decode_utf8(prompt), SpecialMatch::Raw, ordered)) {
    if (raw.special_id) {
      pieces.add(raw.text, raw.special_id);
      continue;
    }
    const UnicodeString normalized =
        kind == TokenizerKind::ClipBasic ? normalize_basic(raw.text) : normalize_clip(raw.text);
    for (const Segment& part : cut_specials(normalized, SpecialMatch::Normalized, ordered)) {
      if (part.special_id) {
        pieces.add(part.text, part.special_id);
      } else {
        pieces.add_text(part.text);
      }
    }
  }
  return pieces.take();
}

}  // namespace tessera::model
