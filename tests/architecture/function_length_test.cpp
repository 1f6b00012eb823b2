#include "tests/architecture/function_length.h"

#include <gtest/gtest.h>

namespace tessera::architecture {
namespace {

std::vector<FunctionLength> lengths(const std::string& text) {
  return function_lengths(parse_source("comm/a.cpp", text));
}

TEST(FunctionLengths, CountFromTheHeadToTheClosingBrace) {
  const auto found = lengths("namespace a {\n\nint f(int x,\n      int y) {\n  return x;\n}\n}\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].head, "int f(int x, int y) ");
  EXPECT_EQ(found[0].line, 3);
  EXPECT_EQ(found[0].lines, 4);
}

TEST(FunctionLengths, TakeInnerBracesAndLambdasForPartOfTheFunction) {
  const auto found = lengths("void f() {\n  if (a) {\n    g([] { return 1; });\n  }\n}\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].lines, 5);
}

TEST(FunctionLengths, FindMembersButNotTypesOrValues) {
  const auto found = lengths(
      "struct A {\n  int x{0};\n  int f() { return x; }\n};\nenum class B { One };\nint c{3};\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].line, 3);
  EXPECT_EQ(found[0].lines, 1);
}

TEST(FunctionLengths, KeepDirectivesOutOfTheHead) {
  const auto found = lengths("#define X(a) \\\n  {a}\nvoid f() {\n}\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].line, 3);
  EXPECT_EQ(found[0].lines, 2);
}

}  // namespace
}  // namespace tessera::architecture
