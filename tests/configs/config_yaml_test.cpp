#include "configs/config_yaml.h"

#include <gmock/gmock.h>

#include "configs/config_error.h"

namespace tessera::configs {
namespace {

using testing::HasSubstr;
using testing::Property;
using testing::ThrowsMessage;

TEST(ParseYaml, KeepsPlacesFromOne) {
  const ConfigValue root = parse_yaml("a: 1\nb:\n  c: [x, 'y']\n", "job.yaml");
  ASSERT_EQ(root.entries.size(), 2u);
  EXPECT_EQ(root.entries[0].value.place.text(), "job.yaml:1:4");
  const ConfigValue& list = root.entries[1].value.entries[0].value;
  EXPECT_EQ(root.entries[1].value.entries[0].place.text(), "job.yaml:3:3");
  EXPECT_EQ(list.items[1].place.text(), "job.yaml:3:10");
}

TEST(ParseYaml, TellsQuotedFromPlainScalars) {
  const ConfigValue root = parse_yaml("a: null\nb: \"null\"\nc:\n", "job.yaml");
  EXPECT_TRUE(root.entries[0].value.is_null());
  EXPECT_FALSE(root.entries[1].value.is_null());
  EXPECT_TRUE(root.entries[2].value.is_null());
}

TEST(ParseYaml, TakesAnEmptyTextAsNoKeys) {
  EXPECT_EQ(parse_yaml("# nothing\n", "job.yaml").form, ConfigValue::Form::Map);
}

TEST(ParseYaml, RefusesWhatIsNotYamlWithItsPlace) {
  EXPECT_THAT([] { parse_yaml("a: [1, 2\nb: 3", "job.yaml"); },
              ThrowsMessage<ConfigError>(HasSubstr("job.yaml:2:")));
}

TEST(ParseYaml, RefusesAKeyThatComesTwice) {
  EXPECT_THAT([] { parse_yaml("a: 1\nb: 2\na: 3\n", "job.yaml"); },
              ThrowsMessage<ConfigError>(HasSubstr("job.yaml:3:1: key \"a\" comes twice")));
}

TEST(ParseYaml, RefusesTextsThatGrowByAliases) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 8; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) text += (k > 0 ? ", " : "") + before;
    text += "]\n";
  }
  EXPECT_THAT([&] { parse_yaml(text, "job.yaml"); },
              ThrowsMessage<ConfigError>(HasSubstr("too many values")));
}

}  // namespace
}  // namespace tessera::configs
