#include "storage/unicode_text.h"

#include <gtest/gtest.h>

namespace tessera::storage {
namespace {

TEST(UnicodeText, ValidTextSurvivesBothWays) {
  for (const std::string text :
       {"", "plain\n", "caf\xC3\xA9", "\xD0\xBA\xD0\xBE\xD1\x82", "\xE7\x8C\xAB",
        "\xF0\x9F\x90\x88", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(utf8_of(code_points(text)), text);
  }
}

TEST(UnicodeText, InvalidBytesBecomeTheReplacementCharacter) {
  EXPECT_EQ(code_points("a\xff"), U"a\uFFFD");
  EXPECT_EQ(code_points("\xC3"), U"\uFFFD");
  EXPECT_EQ(code_points("\xC0\xAF"), U"\uFFFD\uFFFD");
  EXPECT_EQ(code_points("\xED\xA0\x80"), U"\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(code_points("\xF4\x90\x80\x80"), U"\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(code_points("\xE7\x8C"
                        "a"),
            U"\uFFFD\uFFFDa");
  EXPECT_EQ(code_points(std::string("a\0b", 3)), U"a\uFFFDb");
}

TEST(UnicodeText, OnlyPrintableLatin1FitsTheOldChunk) {
  EXPECT_EQ(latin1_of(U"caf\u00E9\n"), "caf\xE9\n");
  EXPECT_EQ(latin1_of(U"\u0100"), std::nullopt);
  EXPECT_EQ(latin1_of(U"tab\t"), std::nullopt);
  EXPECT_EQ(latin1_of(U"\u0085"), std::nullopt);
}

TEST(UnicodeText, Latin1BecomesUtf8) { EXPECT_EQ(utf8_of_latin1("\xE9"), "\xC3\xA9"); }

}  // namespace
}  // namespace tessera::storage
