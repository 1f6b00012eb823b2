#include "model/text/clip_pieces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"

namespace tessera::model {
namespace {

using testing::ElementsAre;

std::vector<std::string> texts(std::string_view prompt, TokenizerKind kind,
                               const std::vector<SpecialToken>& specials = {}) {
  std::vector<std::string> result;
  for (const PromptPiece& piece : split_prompt(prompt, kind, specials))
    result.push_back(piece.text);
  return result;
}

TEST(ClipPieces, KeepsContractionsAndPunctuationRunsTogether) {
  EXPECT_THAT(texts("It's  John's\tC++ -- 12", TokenizerKind::Clip),
              ElementsAre("it", "'s", "john", "'s", "c", "++", "--", "1", "2"));
}

TEST(ClipPieces, ComposesAndKeepsAccents) {
  EXPECT_THAT(texts("CAFE\u0301", TokenizerKind::Clip), ElementsAre("caf\u00E9"));
  EXPECT_THAT(texts("\u0130", TokenizerKind::Clip), ElementsAre("i", "\u0307"));
}

TEST(ClipPieces, LowersSigmaByCodePointInClipAndByWordInBasic) {
  EXPECT_THAT(texts("\u0391\u03A3", TokenizerKind::Clip), ElementsAre("\u03B1\u03C3"));
  EXPECT_THAT(texts("\u0391\u03A3", TokenizerKind::ClipBasic), ElementsAre("\u03B1\u03C2"));
}

TEST(ClipPieces, BasicSplitsPunctuationAndStripsAccents) {
  EXPECT_THAT(texts("It's na\u00EFve--a_b", TokenizerKind::ClipBasic),
              ElementsAre("it", "'", "s", "naive", "-", "-", "a", "_", "b"));
}

TEST(ClipPieces, BasicSetsCjkCharactersApartAndDropsControls) {
  EXPECT_THAT(texts("\u4E2D\u6587x\u200By", TokenizerKind::ClipBasic),
              ElementsAre("\u4E2D", "\u6587", "xy"));
  EXPECT_THAT(texts("\u4E2D\u6587x", TokenizerKind::Clip), ElementsAre("\u4E2D\u6587x"));
}

TEST(ClipPieces, TreatsEveryUnicodeSpaceAsSpace) {
  for (const TokenizerKind kind : {TokenizerKind::Clip, TokenizerKind::ClipBasic}) {
    EXPECT_THAT(texts("\u00A0a\u2003b\u2028c", kind), ElementsAre("a", "b", "c"));
  }
}

TEST(ClipPieces, ControlCharactersAreTextInClip) {
  EXPECT_THAT(texts("a\x01"
                    "b",
                    TokenizerKind::Clip),
              ElementsAre("a", "\x01", "b"));
}

TEST(ClipPieces, CutsSpecialTokensOut) {
  const std::vector<SpecialToken> specials{{"<|endoftext|>", 7, SpecialMatch::Normalized},
                                           {"!", 0, SpecialMatch::Raw}};
  const auto pieces = split_prompt("wow!!<|EndOfText|>?", TokenizerKind::Clip, specials);
  ASSERT_EQ(pieces.size(), 5U);
  EXPECT_EQ(pieces[1].special_id, 0);
  EXPECT_EQ(pieces[2].special_id, 0);
  EXPECT_EQ(pieces[3].special_id, 7);
  EXPECT_EQ(pieces[4].text, "?");
}

TEST(ClipPieces, BasicMatchesSpecialTokensInTheRawTextOnly) {
  const std::vector<SpecialToken> specials{{"<|endoftext|>", 7, SpecialMatch::Normalized}};
  EXPECT_EQ(split_prompt("<|endoftext|>", TokenizerKind::ClipBasic, specials).size(), 1U);
  EXPECT_THAT(texts("<|ENDOFTEXT|>", TokenizerKind::ClipBasic, specials),
              ElementsAre("<", "|", "endoftext", "|", ">"));
}

TEST(ClipPieces, SaysWhichPiecesBeginAWord) {
  const auto pieces = split_prompt("sea, oil", TokenizerKind::ClipBasic, {});
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_TRUE(pieces[0].after_space);
  EXPECT_FALSE(pieces[1].after_space);
  EXPECT_TRUE(pieces[2].after_space);
}

TEST(ClipPieces, NamesTheByteThatIsNotUtf8) {
  for (const char* broken : {"abc\xFFz", "abc\xC3", "abc\xED\xA0\x80", "abc\xC0\xAF"}) {
    const auto message = storage::message_of<storage::DataError>(
        [&] { split_prompt(broken, TokenizerKind::Clip, {}); });
    EXPECT_THAT(message, testing::HasSubstr("byte 3")) << message;
  }
  EXPECT_THAT(texts("\uFFFD", TokenizerKind::Clip), ElementsAre("\uFFFD"));
}

}  // namespace
}  // namespace tessera::model
