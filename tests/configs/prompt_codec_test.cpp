#include "configs/prompt_codec.h"

#include <gmock/gmock.h>

#include "configs/config_error.h"
#include "configs/config_yaml.h"

namespace tessera::configs {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

ConfigValue yaml(const std::string& text) {
  return parse_yaml("a: " + text, "p.yaml").entries.at(0).value;
}

PromptConfig read(const std::string& text) { return prompt_entry().read(yaml(text)); }

template <typename Matcher>
void expect_error(const std::string& text, const Matcher& matcher) {
  EXPECT_THAT([&] { read(text); }, ThrowsMessage<ConfigError>(matcher)) << text;
}

TEST(PromptEntry, TakesATextOrAMap) {
  EXPECT_EQ(read("a cat"), PromptConfig{.text = "a cat"});
  EXPECT_EQ(read("{prompt: a cat}"), PromptConfig{.text = "a cat"});
  PromptConfig all{
      .text = "7", .negative_prompt = "", .seed = 9, .image = "x.png", .mask = "m.png"};
  all.strength = 0.25;
  EXPECT_EQ(read("{prompt: 7, negative_prompt: '', seed: 9, image: x.png, mask: m.png, "
                 "strength: 0.25}"),
            all);
}

TEST(PromptEntry, TellsNoNegativePromptFromAZeroEmbedding) {
  EXPECT_FALSE(read("{prompt: a}").negative_prompt.has_value());
  const PromptConfig zero = read("{prompt: a, negative_prompt: null}");
  ASSERT_TRUE(zero.negative_prompt.has_value());
  EXPECT_FALSE(zero.negative_prompt->has_value());
}

TEST(PromptEntry, ReadsWhatItWrites) {
  for (const char* text :
       {"\"a: cat, [x]\"", "{prompt: \"two\\nlines \\\" and #\"}",
        "{prompt: a, negative_prompt: null, seed: 9223372036854775807, image: \"\"}",
        "{prompt: a, negative_prompt: \"null\", strength: 0.1}"}) {
    const PromptConfig prompt = read(text);
    EXPECT_EQ(read(to_yaml(prompt_entry().write(prompt))), prompt) << text;
  }
  EXPECT_EQ(to_yaml(prompt_entry().write(PromptConfig{.text = "a cat"})), "\"a cat\"");
}

TEST(PromptEntry, NamesTheNearestOfUnknownFields) {
  expect_error("{prompt: a, sed: 5}",
               AllOf(HasSubstr("p.yaml:1:16: "), HasSubstr("unknown field \"sed\""),
                     HasSubstr("Did you mean \"seed\"?"), HasSubstr("negative_prompt, seed")));
}

TEST(PromptEntry, SaysWhyThereAreNoSizes) {
  expect_error("{prompt: a, resolutions: [256, 512]}",
               AllOf(HasSubstr("p.yaml:1:16: "), HasSubstr("\"resolutions\" is not supported"),
                     HasSubstr("a run of its own")));
}

TEST(PromptEntry, PlacesTheValueThatAFieldDoesNotTake) {
  expect_error("{prompt: a, seed: -1}",
               AllOf(HasSubstr("p.yaml:1:22: "), HasSubstr("field \"seed\": \"-1\" is not allowed"),
                     HasSubstr("integer >= 0")));
  expect_error("{prompt: a, seed: \"5\"}", HasSubstr("\"seed\""));
  expect_error("{prompt: a, strength: 1.5}", HasSubstr("number 0..1"));
  expect_error("{prompt: [a], seed: 1}", HasSubstr("field \"prompt\""));
  expect_error("{prompt: '', seed: 1}", HasSubstr("field \"prompt\""));
  expect_error("{prompt: a, image: null}", HasSubstr("field \"image\""));
}

TEST(PromptEntry, NeedsAText) {
  expect_error("{seed: 1}", AllOf(HasSubstr("p.yaml:1:4: "), HasSubstr("no field \"prompt\"")));
  EXPECT_THROW(read("[a]"), BadValue);
  EXPECT_THROW(read("''"), BadValue);
}

}  // namespace
}  // namespace tessera::configs
