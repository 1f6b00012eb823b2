#include "model/config_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/storage_error.h"
#include "tests/model/config_edits.h"
#include "tests/storage/expect_error.h"

namespace tessera::model {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ConfigJsonFields : public ::testing::Test {
 protected:
  /// The message of the DataError that `read` ends with.
  template <typename Read>
  std::string refused(Read read) const {
    return storage::message_of<storage::DataError>([&] { read(config_); });
  }

  ConfigFile file_{std::string(R"({
    "width": 320, "eps": 1e-5, "whole": 2, "name": "silu", "flag": true, "off": false,
    "nothing": null, "list": [1, 2, 3], "texts": ["a", "b"], "empty": [], "negative": -1,
    "fraction": 1.5, "huge": 18446744073709551615, "mixed": [1, "a"], "wide": 16777217})")};
  ConfigJson config_{file_.path()};
};

TEST_F(ConfigJsonFields, ReadsEachType) {
  EXPECT_EQ(config_.integer("width"), 320);
  EXPECT_DOUBLE_EQ(config_.number("eps"), 1e-5);
  EXPECT_DOUBLE_EQ(config_.number("whole"), 2.0);
  EXPECT_EQ(config_.text("name"), "silu");
  EXPECT_TRUE(config_.flag_or("flag", false));
  EXPECT_THAT(config_.integers("list"), ElementsAre(1, 2, 3));
  EXPECT_THAT(config_.texts("texts"), ElementsAre("a", "b"));
}

TEST_F(ConfigJsonFields, SectionsNameTheirFieldsByPath) {
  const ConfigFile file{std::string(R"({"text": {"heads": 0, "mlp": {"width": -1}}, "list": []})")};
  const ConfigJson config(file.path());
  EXPECT_THAT(
      storage::message_of<storage::DataError>([&] { config.section("text").positive("heads"); }),
      HasSubstr("field \"text.heads\": must be above 0"));
  EXPECT_THAT(storage::message_of<storage::DataError>(
                  [&] { config.section("text").section("mlp").integer("width"); }),
              HasSubstr("field \"text.mlp.width\""));
  EXPECT_THAT(storage::message_of<storage::DataError>([&] { config.section("list"); }),
              HasSubstr("field \"list\": missing or not an object"));
}

TEST_F(ConfigJsonFields, NullCountsAsAbsent) {
  for (const char* field : {"nothing", "unheard_of"}) {
    SCOPED_TRACE(field);
    EXPECT_FALSE(config_.has(field));
    EXPECT_EQ(config_.integer_or(field, 7), 7);
    EXPECT_DOUBLE_EQ(config_.number_or(field, 0.5), 0.5);
    EXPECT_EQ(config_.text_or(field, "x"), "x");
    EXPECT_TRUE(config_.flag_or(field, true));
    config_.require_absent(field);
    config_.require_text(field, {"silu"});
  }
  EXPECT_TRUE(config_.has("off"));
}

TEST_F(ConfigJsonFields, OneIntegerStandsForAList) {
  EXPECT_THAT(config_.integers("whole", 3), ElementsAre(2, 2, 2));
  EXPECT_THAT(config_.integers("list", 3), ElementsAre(1, 2, 3));
  EXPECT_THAT(refused([](const ConfigJson& c) { c.integers("list", 4); }),
              HasSubstr("field \"list\": has 3 entries, expected 4"));
}

TEST_F(ConfigJsonFields, AMissingOrMistypedFieldIsNamedWithTheFile) {
  const auto names = [&](const char* field) {
    return AllOf(HasSubstr(file_.path().string()), HasSubstr("\"" + std::string(field) + "\""));
  };
  EXPECT_THAT(refused([](const auto& c) { c.integer("unheard_of"); }), names("unheard_of"));
  EXPECT_THAT(refused([](const auto& c) { c.number("name"); }), names("name"));
  EXPECT_THAT(refused([](const auto& c) { c.text("width"); }), names("width"));
  EXPECT_THAT(refused([](const auto& c) { c.integers("name"); }), names("name"));
  EXPECT_THAT(refused([](const auto& c) { c.integers("empty"); }), names("empty"));
  EXPECT_THAT(refused([](const auto& c) { c.integers("mixed"); }), names("mixed"));
  EXPECT_THAT(refused([](const auto& c) { c.texts("mixed"); }), names("mixed"));
  EXPECT_THAT(refused([](const auto& c) { c.texts("name"); }), names("name"));
  EXPECT_THAT(refused([](const auto& c) { c.flag_or("width", false); }), names("width"));
}

TEST_F(ConfigJsonFields, IntegersAreCountsOfAUsableSize) {
  for (const char* field : {"negative", "fraction", "huge", "wide", "flag"}) {
    SCOPED_TRACE(field);
    EXPECT_THAT(refused([&](const auto& c) { c.integer(field); }),
                HasSubstr("is not a usable integer"));
  }
}

TEST_F(ConfigJsonFields, UnsupportedFieldsAreRefusedWithTheirValue) {
  config_.require_absent("off");
  EXPECT_THAT(refused([](const auto& c) { c.require_absent("width"); }),
              HasSubstr("field \"width\": 320 is not supported"));
  config_.require_text("name", {"relu", "silu"});
  EXPECT_THAT(refused([](const auto& c) {
                c.require_text("name", {"relu", "gelu"});
              }),
              HasSubstr("field \"name\": \"silu\" is not supported; expected relu, gelu"));
}

TEST(ConfigJson, AMissingFileIsNamed) {
  const storage::TemporaryFolder folder;
  EXPECT_THAT(
      storage::message_of<storage::MissingFileError>([&] { ConfigJson(folder / "config.json"); }),
      HasSubstr("config.json"));
}

TEST(ConfigJson, AFileThatIsNoObjectIsRefused) {
  for (const char* text : {"", "[1]", "{\"a\": }", "3", "{\"a\": 1", "\xff\xfe"}) {
    SCOPED_TRACE(text);
    const ConfigFile file{std::string(text)};
    EXPECT_THAT(storage::message_of<storage::DataError>([&] { ConfigJson config(file.path()); }),
                HasSubstr("not a JSON object"));
  }
}

}  // namespace
}  // namespace tessera::model
