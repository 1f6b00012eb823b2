#include "configs/config_value.h"

#include <gtest/gtest.h>

#include "configs/config_yaml.h"

namespace tessera::configs {
namespace {

using Style = ConfigValue::Style;

TEST(ConfigValueText, WritesWordsNumbersAndTexts) {
  const ConfigValue list = ConfigValue::list(
      {ConfigValue::scalar("512x768", Style::Plain), ConfigValue::scalar("2.5", Style::Literal),
       ConfigValue::scalar("a \"b\"", Style::Quoted), ConfigValue::null()});
  EXPECT_EQ(to_yaml(list), "[512x768, 2.5, \"a \\\"b\\\"\", null]");
  EXPECT_EQ(to_json(list), "[\"512x768\", 2.5, \"a \\\"b\\\"\", null]");
}

TEST(ConfigValueText, ReadsBackWhatItWrote) {
  const std::string text = "line\nline \t \x01 \"quoted\" \\ \xC3\xA4 \xE2\x82\xAC";
  const ConfigValue read = parse_yaml("a: " + json_string(text), "x");
  EXPECT_EQ(read.entries.at(0).value.text, text);
}

TEST(ConfigValueText, CutsLongValuesBetweenCharacters) {
  const ConfigValue value =
      ConfigValue::scalar(std::string(78, 'x') + "\xC3\xA4\xC3\xA4", Style::Plain);
  EXPECT_EQ(shown(value), "\"" + std::string(78, 'x') + "...");
}

}  // namespace
}  // namespace tessera::configs
