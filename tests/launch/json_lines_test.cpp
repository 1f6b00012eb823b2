#include "launch/json_lines.h"

#include <gmock/gmock.h>

#include "configs/config_error.h"

namespace tessera::launch {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

template <typename Matcher>
void expect_error(const std::string& text, const Matcher& matcher) {
  EXPECT_THAT([&] { read_json_lines(text, "p.jsonl"); },
              ThrowsMessage<configs::ConfigError>(matcher))
      << text;
}

TEST(JsonLines, AreObjectsWithTheirLines) {
  const auto objects = read_json_lines("{\"a\": \"x\"}\r\n\n {\"b\": [1, 0.5, null, true]}", "p");
  ASSERT_EQ(objects.size(), 2u);
  EXPECT_EQ(to_yaml(objects[0]), "{a: \"x\"}");
  EXPECT_EQ(to_yaml(objects[1]), "{b: [1, 0.5, null, true]}");
  EXPECT_EQ(objects[1].place.text(), "p:3");
  EXPECT_EQ(objects[1].entries[0].value.items[1].place.text(), "p:3");
}

TEST(JsonLines, UnderstandEscapesBeyondTheBasicPlane) {
  const auto objects = read_json_lines(R"({"a": "\u00e4 \ud83d\ude00 \/"})", "p");
  EXPECT_EQ(objects.at(0).entries.at(0).value.text, "\xC3\xA4 \xF0\x9F\x98\x80 /");
}

TEST(JsonLines, PlaceTheErrorInTheLine) {
  expect_error("{\"a\": 1}\n{\"a\": }", StartsWith("p.jsonl:2:7: this line is not JSON: "));
  expect_error("{\"a\": \"x\n\"}", StartsWith("p.jsonl:1:"));
  expect_error("{} {}", StartsWith("p.jsonl:1:4: "));
}

TEST(JsonLines, RefuseWhatIsNoObject) {
  expect_error("\n[1]", HasSubstr("p.jsonl:2: this line is no object"));
  expect_error("\"a cat\"", HasSubstr("no object"));
}

TEST(JsonLines, RefuseAMemberThatComesTwice) {
  expect_error("{\"a\": 1, \"b\": {\"a\": 1}, \"a\": 2}",
               HasSubstr("p.jsonl:1: member \"a\" comes twice"));
}

TEST(JsonLines, RefuseManyLevels) {
  expect_error("{\"a\": " + std::string(100000, '['), HasSubstr("too many levels"));
}

}  // namespace
}  // namespace tessera::launch
