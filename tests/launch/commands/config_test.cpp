#include "launch/commands/config.h"

#include <gmock/gmock.h>

#include <functional>

#include "configs/config_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

std::string printed(void (*command)(const CommandLine&, Console&),
                    const std::vector<std::string>& arguments) {
  Console console(0, Console::Color::Never, Console::Loudness::Quiet);
  ::testing::internal::CaptureStdout();
  try {
    command(parse_command_line(arguments), console);
  } catch (...) {
    ::testing::internal::GetCapturedStdout();
    throw;
  }
  return ::testing::internal::GetCapturedStdout();
}

TEST(ConfigShow, PrintsYamlOrJson) {
  EXPECT_THAT(printed(show_config, {"config", "show", "--steps", "7"}),
              testing::ContainsRegex("steps: 7 +# option"));
  EXPECT_THAT(printed(show_config, {"config", "show", "--steps", "7", "--json"}),
              testing::HasSubstr("\"sampling.steps\": {\"value\": 7,"));
}

TEST(ConfigValidate, AcceptsAndRefuses) {
  const storage::TemporaryFolder folder;
  const std::string good = folder.put("good.yaml", "seed: 1\n").string();
  const std::string bad = folder.put("bad.yaml", "cascade: {resolutions: [100]}\n").string();
  EXPECT_EQ(printed(validate_config, {"config", "validate", good}), good + ": valid\n");
  EXPECT_THROW(printed(validate_config, {"config", "validate", bad}), configs::ConfigError);
}

TEST(ConfigSchema, PrintsJsonOrATable) {
  EXPECT_THAT(printed(print_schema, {"config", "schema"}), testing::StartsWith("{\n"));
  EXPECT_THAT(printed(print_schema, {"config", "schema", "--markdown"}),
              testing::StartsWith("| Key |"));
}

TEST(ConfigPresets, ListsThemAll) {
  const std::string text = printed(list_presets, {"config", "presets"});
  for (const char* name : {"demo", "freescale-8k", "image-8192"}) {
    EXPECT_THAT(text, testing::ContainsRegex(std::string(name) + " +[A-Z]"));
  }
  EXPECT_THAT(printed(list_presets, {"config", "presets", "--json"}),
              testing::StartsWith("{\"demo\": "));
}

}  // namespace
}  // namespace tessera::launch
