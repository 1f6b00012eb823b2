#include "launch/source_collection.h"

#include <gmock/gmock.h>

#include "configs/config_error.h"
#include "configs/job_config_reader.h"
#include "storage/storage_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

Console quiet_console() { return {1, Console::Color::Never, Console::Loudness::Quiet}; }

TEST(EnvironmentSettings, MapVariablesToKeys) {
  Console console = quiet_console();
  const auto settings = environment_settings({{"TESSERA_CASCADE_COSINE_SCALE", "1"},
                                              {"TESSERA_CONFIG", "x.yaml"},
                                              {"TESSERA_SOMETHING_ELSE_ENTIRELY", "1"}},
                                             console);
  ASSERT_EQ(settings.size(), 1u);
  EXPECT_EQ(settings[0].key, "cascade.cosine_scale");
  EXPECT_EQ(settings[0].place, "TESSERA_CASCADE_COSINE_SCALE");
}

TEST(EnvironmentSettings, WarnOfAVariableThatIsSpelledWrong) {
  Console console(0, Console::Color::Never, Console::Loudness::Normal);
  ::testing::internal::CaptureStderr();
  environment_settings({{"TESSERA_CASCADE_COSIN_SCALE", "1"}}, console);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              testing::HasSubstr("Did you mean TESSERA_CASCADE_COSINE_SCALE?"));
}

TEST(CollectSources, ReadsTheConfigFile) {
  const storage::TemporaryFolder folder;
  CommandLine line;
  line.config_file = folder.put("job.yaml", "seed: 77\n").string();
  Console console = quiet_console();
  EXPECT_EQ(configs::read_job_config(collect_sources(line, console)).job.seed, 77);
  line.config_file = (folder / "none.yaml").string();
  EXPECT_THROW(collect_sources(line, console), storage::MissingFileError);
}

TEST(CollectSources, DrawsASeedForMinusOne) {
  CommandLine line;
  line.options.options = {{"seed", {"-1"}, "--seed"}};
  Console console = quiet_console();
  const auto first = collect_sources(line, console).drawn_seed;
  const auto second = collect_sources(line, console).drawn_seed;
  ASSERT_TRUE(first && second);
  EXPECT_GE(*first, 0);
  EXPECT_NE(*first, *second);
}

TEST(CollectSources, ReadsThePromptsFile) {
  const storage::TemporaryFolder folder;
  const std::string file = folder.put("p.csv", "prompt,seed\na,\nb,7\n").string();
  CommandLine line;
  line.options.options = {{"prompts_file", {file}, "--prompts-file"}};
  Console console = quiet_console();
  const configs::ConfigSources sources = collect_sources(line, console);
  const configs::JobConfig job =
      configs::read_job_config(configs::sources_from_text(configs::sources_to_text(sources))).job;
  EXPECT_EQ(job.prompts,
            (std::vector<configs::PromptConfig>{{.text = "a"}, {.text = "b", .seed = 7}}));
  line.options.options.push_back({"prompt", {"c"}, "-p"});
  EXPECT_THROW(collect_sources(line, console), configs::ConfigError);
}

TEST(CollectSources, ChecksTheValuesOnTheWay) {
  CommandLine line;
  line.options.options = {{"seed", {"five"}, "--seed"}};
  Console console = quiet_console();
  EXPECT_THROW(collect_sources(line, console), configs::ConfigError);
}

}  // namespace
}  // namespace tessera::launch
