#include "tests/architecture/source_file.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tessera::architecture {
namespace {

TEST(BlankCommentsAndLiterals, KeepsCodeAndLineBreaks) {
  EXPECT_EQ(blank_comments_and_literals("a; // b\nc;"), "a;     \nc;");
  EXPECT_EQ(blank_comments_and_literals("a /* b\n c */ d"), "a     \n      d");
}

TEST(BlankCommentsAndLiterals, BlanksStringsWithEscapes) {
  EXPECT_EQ(blank_comments_and_literals(R"(f("a\"b // c");)"), "f(           );");
  EXPECT_EQ(blank_comments_and_literals("f('\"', x);"), "f(   , x);");
}

TEST(BlankCommentsAndLiterals, BlanksRawStringsWithTheirOwnDelimiter) {
  EXPECT_EQ(blank_comments_and_literals("f(R\"x(a\")\")x\");"), "f(           );");
}

TEST(BlankCommentsAndLiterals, TakesAThousandsSeparatorForCode) {
  EXPECT_EQ(blank_comments_and_literals("n = 1'000; m = 2'0;"), "n = 1'000; m = 2'0;");
}

TEST(BlankCommentsAndLiterals, SurvivesAnUnfinishedLiteral) {
  EXPECT_EQ(blank_comments_and_literals("a \"b\nc /* d"), "a   \nc     ");
}

TEST(ParseSource, FindsIncludesWithTheirLineAndKind) {
  const SourceFile file =
      parse_source("comm/a.cpp", "#include \"comm/a.h\"\n\n  # include <vector>  // why\n");
  ASSERT_EQ(file.includes.size(), 2U);
  EXPECT_EQ(file.includes[0].spelling, "comm/a.h");
  EXPECT_TRUE(file.includes[0].quoted);
  EXPECT_EQ(file.includes[0].line, 1);
  EXPECT_EQ(file.includes[1].spelling, "vector");
  EXPECT_FALSE(file.includes[1].quoted);
  EXPECT_EQ(file.includes[1].line, 3);
}

TEST(ParseSource, FindsNoIncludeInCommentsOrRawStrings) {
  const SourceFile file = parse_source(
      "comm/a.cpp", "// #include <a>\n/*\n#include <b>\n*/\nR\"(\n#include <c>\n)\";\n");
  EXPECT_TRUE(file.includes.empty());
}

TEST(SourceFile, KnowsItsPlace) {
  const SourceFile file = parse_source("worker/spatial/halo.cpp", "a\nb\n");
  EXPECT_EQ(file.folder(), "worker");
  EXPECT_EQ(file.name(), "halo.cpp");
  EXPECT_EQ(file.line_count(), 2);
  EXPECT_TRUE(file.is_source());
  EXPECT_FALSE(file.is_header());
}

}  // namespace
}  // namespace tessera::architecture
