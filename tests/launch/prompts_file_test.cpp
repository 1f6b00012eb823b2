#include "launch/prompts_file.h"

#include <gmock/gmock.h>

#include "configs/config_error.h"
#include "configs/job_config_reader.h"
#include "storage/storage_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class ReadPrompts : public testing::Test {
 protected:
  /// The prompts as the key has them.
  std::string prompts_of(const std::string& name, const std::string& text) const {
    return configs::checked_yaml("prompt", read_prompts(folder_.put(name, text)));
  }
  template <typename Matcher>
  void expect_error(const std::string& name, const std::string& text,
                    const Matcher& matcher) const {
    EXPECT_THAT([&] { prompts_of(name, text); }, ThrowsMessage<configs::ConfigError>(matcher))
        << name << ": " << text;
  }
  std::string place(const std::string& name_and_place) const {
    return (folder_ / name_and_place).string() + ": ";
  }

  storage::TemporaryFolder folder_;
};

TEST_F(ReadPrompts, TakesALineOfText) {
  EXPECT_EQ(prompts_of("p.txt", "\xEF\xBB\xBF a cat \r\n\n# not this\n\tein B\xC3\xA4r: [x]\nnull"),
            "[\"a cat\", \"ein B\xC3\xA4r: [x]\", \"null\"]");
}

TEST_F(ReadPrompts, TakesTheSameFieldsFromEveryForm) {
  const std::string expected =
      "[{prompt: \"a \\\"red\\\" cat, sitting\", seed: 7, strength: 0.5}, "
      "{prompt: \"two\\nlines\", negative_prompt: \"b\xC3\xA4r\"}, "
      "{prompt: \"last\", image: \"x.png\", mask: \"m.png\"}]";
  EXPECT_EQ(prompts_of("p.csv",
                       "\xEF\xBB\xBFprompt,negative_prompt,seed,image,mask,strength\r\n"
                       "\"a \"\"red\"\" cat, sitting\",,7,,,0.5\r\n"
                       "\"two\r\nlines\",b\xC3\xA4r,,,,\r\n"
                       "last,,,x.png,m.png,\r\n"),
            expected);
  EXPECT_EQ(prompts_of("p.jsonl",
                       "\xEF\xBB\xBF{\"prompt\": \"a \\\"red\\\" cat, sitting\", \"seed\": 7, "
                       "\"strength\": 0.5}\r\n\r\n"
                       "{\"negative_prompt\": \"b\\u00e4r\", \"prompt\": \"two\\nlines\"}\r\n"
                       "{\"prompt\": \"last\", \"image\": \"x.png\", \"mask\": \"m.png\"}"),
            expected);
  EXPECT_EQ(
      prompts_of("p.yaml",
                 "\xEF\xBB\xBF- {prompt: 'a \"red\" cat, sitting', seed: 7, strength: 0.5}\r\n"
                 "- prompt: \"two\\nlines\"\r\n  negative_prompt: b\xC3\xA4r\r\n"
                 "- prompt: last\n  image: x.png\n  mask: m.png\n"),
      expected);
}

TEST_F(ReadPrompts, TakesTextsFromAYamlListToo) {
  EXPECT_EQ(prompts_of("p.yaml", "- a cat\n- {prompt: a dog, seed: 1}\n"),
            "[\"a cat\", {prompt: \"a dog\", seed: 1}]");
}

TEST_F(ReadPrompts, TakesNullAsAZeroEmbedding) {
  const std::string expected = "[{prompt: \"a\", negative_prompt: null}]";
  EXPECT_EQ(prompts_of("p.jsonl", "{\"prompt\": \"a\", \"negative_prompt\": null}"), expected);
  EXPECT_EQ(prompts_of("p.csv", "prompt,negative_prompt\na,null\n"), expected);
}

TEST_F(ReadPrompts, PlacesWhatItDoesNotTake) {
  expect_error("p.csv", "prompt,seed\n\"a\nb\",5\nc,x\n",
               AllOf(HasSubstr(place("p.csv:4:3")), HasSubstr("field \"seed\": \"x\"")));
  expect_error("p.csv", "prompt,sed\na,5\n",
               AllOf(HasSubstr(place("p.csv:1:8")), HasSubstr("Did you mean \"seed\"?")));
  expect_error("p.csv", "prompt,seed\n,5\n",
               AllOf(HasSubstr(place("p.csv:2:1")), HasSubstr("no field \"prompt\"")));
  expect_error("p.csv", "prompt,seed\na, b,5\n",
               AllOf(HasSubstr(place("p.csv:2:1")), HasSubstr("has 3 cells, the first one has 2")));
  expect_error("p.csv", "prompt,prompt\na,b\n", HasSubstr(place("p.csv:1:8")));
  expect_error("p.jsonl", "{\"prompt\": \"a\"}\n{\"prompt\": \"a\", \"seed\": \"5\"}\n",
               AllOf(HasSubstr(place("p.jsonl:2")), HasSubstr("field \"seed\": \"5\"")));
  expect_error("p.jsonl", "{\"prompt\": \"a\", \"strength\": 2}\n", HasSubstr("number 0..1"));
  expect_error("p.yaml", "- prompt: a\n  maks: m.png\n",
               AllOf(HasSubstr(place("p.yaml:2:3")), HasSubstr("Did you mean \"mask\"?")));
  expect_error("p.yaml", "prompt: a\n", HasSubstr("expected a list of prompts"));
  expect_error("p.yaml", "- [a]\n", HasSubstr(place("p.yaml:1:3")));
}

TEST_F(ReadPrompts, RefusesTextThatIsNotUtf8) {
  for (const char* name : {"p.txt", "p.csv", "p.jsonl", "p.yaml"}) {
    expect_error(name, "a cat\nein B\xE4r\n",
                 AllOf(HasSubstr(place(std::string(name) + ":2")), HasSubstr("not UTF-8")));
  }
}

TEST_F(ReadPrompts, RefusesFilesWithoutPrompts) {
  for (const char* name : {"p.txt", "p.csv", "p.jsonl", "p.yaml"}) {
    expect_error(name, "", HasSubstr("holds no prompt"));
    expect_error(name, "\xEF\xBB\xBF\r\n\n", HasSubstr("holds no prompt"));
  }
  expect_error("p.txt", "# none\n", HasSubstr("holds no prompt"));
  expect_error("p.csv", "prompt,seed\n", HasSubstr("holds no prompt"));
  EXPECT_THROW(read_prompts(folder_ / "none.txt"), storage::MissingFileError);
}

TEST_F(ReadPrompts, RefusesOtherKindsOfFiles) {
  expect_error("p.json", "[]",
               AllOf(HasSubstr("p.json\" is not allowed"), HasSubstr(".txt, .jsonl, .csv")));
}

}  // namespace
}  // namespace tessera::launch
