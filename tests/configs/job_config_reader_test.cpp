#include "configs/job_config_reader.h"

#include <gmock/gmock.h>

#include "configs/config_error.h"
#include "configs/config_listing.h"
#include "tests/configs/sources_of.h"

namespace tessera::configs {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

template <typename Matcher>
void expect_refused(const ConfigSources& sources, const Matcher& matcher) {
  EXPECT_THAT([&] { read_job_config(sources); }, ThrowsMessage<ConfigError>(matcher));
}

TEST(JobConfigReader, ReadsSectionsListsAndDottedKeys) {
  const JobConfig job = read_job_config(file_sources("prompt: a cat\n"
                                                     "cascade:\n"
                                                     "  resolutions: [256, 320x512]\n"
                                                     "sampling.steps: 9\n"
                                                     "method: {freeu: null}\n"
                                                     "vae:\n"))
                            .job;
  EXPECT_EQ(job.prompts, (std::vector<PromptConfig>{{.text = "a cat"}}));
  EXPECT_EQ(job.cascade.resolutions.at(1), (partition::Extent{320, 512}));
  EXPECT_EQ(job.sampling.steps, 9);
  EXPECT_FALSE(job.method.freeu.has_value());
  EXPECT_EQ(job.name, "job");
}

TEST(JobConfigReader, HigherSourcesOverrideLowerOnes) {
  ConfigSources sources = file_sources("preset: demo\nseed: 1\nsampling: {steps: 1}\n");
  EXPECT_EQ(read_job_config(file_sources("preset: demo")).job.sampling.steps, 20);
  sources.picture = ConfigSources::Document{"x.png", "{\"seed\": 2, \"sampling.steps\": 2}"};
  sources.environment = {{"seed", {"3"}, "TESSERA_SEED"}};
  ResolvedConfig resolved = read_job_config(sources);
  EXPECT_EQ(resolved.job.seed, 3);
  EXPECT_EQ(describe(resolved.origins.of("seed")), "TESSERA_SEED");
  EXPECT_EQ(resolved.job.sampling.steps, 2);
  sources.options = {{"seed", {"4", "5"}, "--seed"}};
  resolved = read_job_config(sources);
  EXPECT_EQ(resolved.job.seed, 5);
  EXPECT_EQ(describe(resolved.origins.of("seed")), "option --seed");
}

TEST(JobConfigReader, TakesFromAPictureOnlyKeysThatChangePictures) {
  ConfigSources sources;
  sources.picture = ConfigSources::Document{
      "x.png", "{\"seed\": 2, \"output.run_dir\": \"/etc\", \"log.directory\": \"/etc\"}"};
  const JobConfig job = read_job_config(sources).job;
  EXPECT_EQ(job.seed, 2);
  EXPECT_EQ(job.output.run_dir, JobConfig{}.output.run_dir);
  EXPECT_EQ(job.log.directory, JobConfig{}.log.directory);
}

TEST(JobConfigReader, NamesPlaceAndNearestKeyOfAnUnknownKey) {
  expect_refused(file_sources("cascade:\n  cosine_scal: 2\n"),
                 "job.yaml:2:3: unknown key \"cascade.cosine_scal\". Did you mean "
                 "\"cascade.cosine_scale\"?");
  expect_refused(file_sources("steps: 3\n"), HasSubstr("Did you mean \"sampling.steps\"?"));
  expect_refused(file_sources("output: {nothing_like_it: 3}\n"), StartsWith("job.yaml:1:10:"));
}

TEST(JobConfigReader, NamesValueAndWhatIsAllowed) {
  expect_refused(file_sources("sampling:\n  scheduler: eulr\n"),
                 "job.yaml:2:14: sampling.scheduler: \"eulr\" is not allowed. Did you mean "
                 "\"euler\"? Allowed: euler, euler_ancestral, ddim.");
  expect_refused(file_sources("sampling: {steps: 0}\n"),
                 "job.yaml:1:19: sampling.steps: \"0\" is not allowed. Allowed: integer 1..1000.");
  expect_refused(
      file_sources("cascade:\n  resolutions: [512, wide]\n"),
      AllOf(StartsWith("job.yaml:2:22: cascade.resolutions: \"wide\""), HasSubstr("HxW")));
  expect_refused(option_sources({{"sampling.steps", "many"}}),
                 StartsWith("--sampling.steps: sampling.steps: \"many\""));
}

TEST(JobConfigReader, RefusesWrongShapesOfDocuments) {
  expect_refused(file_sources("- a\n- b\n"), HasSubstr("expected keys with values"));
  expect_refused(file_sources("cascade: 5\n"), HasSubstr("This is a section"));
  expect_refused(file_sources("cascade: {base: 256}\ncascade.base: 512\n"),
                 HasSubstr("job.yaml:2:1: key \"cascade.base\" comes twice"));
  expect_refused(file_sources("version: 2\n"), HasSubstr("version"));
}

TEST(JobConfigReader, NamesTheNearestPreset) {
  expect_refused(option_sources({{"preset", "freescale-5k"}}),
                 AllOf(HasSubstr("there is no preset \"freescale-5k\". Did you mean "
                                 "\"freescale-2k\"?"),
                       HasSubstr("Allowed: demo, ")));
}

TEST(JobConfigReader, ReadsTheTextsOfOptions) {
  const JobConfig job = read_job_config(option_sources({{"cascade.resolutions", "256, 512x768"},
                                                        {"cascade.base", "[256, 320]"},
                                                        {"prompt", "[not, a: list"},
                                                        {"negative_prompt", "null"},
                                                        {"method.freeu", "{b1: 1.4}"},
                                                        {"method.fast_mode", "true"}}))
                            .job;
  EXPECT_EQ(job.cascade.resolutions, (std::vector<partition::Extent>{{256, 256}, {512, 768}}));
  EXPECT_EQ(job.cascade.base, (partition::Extent{256, 320}));
  EXPECT_EQ(job.prompts, (std::vector<PromptConfig>{{.text = "[not, a: list"}}));
  EXPECT_FALSE(job.negative_prompt.has_value());
  EXPECT_EQ(job.method.freeu->b1, 1.4);
  EXPECT_TRUE(job.method.fast_mode);
}

TEST(JobConfigReader, MakesAListOfRepeatedPrompts) {
  ConfigSources sources;
  sources.options = {{"prompt", {"a cat", "a dog"}, "--prompt"}};
  EXPECT_EQ(read_job_config(sources).job.prompts,
            (std::vector<PromptConfig>{{.text = "a cat"}, {.text = "a dog"}}));
}

TEST(JobConfigReader, TakesThePromptsFileInPlaceOfItsKey) {
  ConfigSources sources = option_sources({{"prompts_file", "p.csv"}});
  sources.prompts = ConfigSources::Document{"p.csv", "[\"a\", {prompt: b, seed: 3}]"};
  const ResolvedConfig resolved = read_job_config(sources);
  EXPECT_EQ(resolved.job.prompts,
            (std::vector<PromptConfig>{{.text = "a"}, {.text = "b", .seed = 3}}));
  EXPECT_EQ(resolved.job.prompts_file, "");
  EXPECT_EQ(describe(resolved.origins.of("prompt")), "prompts file p.csv");
}

TEST(JobConfigReader, LetsThePromptsOfHigherPrecedenceCount) {
  ConfigSources sources = file_sources("prompt: a cat\n");
  sources.options = {{"prompts_file", {"p.txt"}, "--prompts-file"}};
  JobConfig job = read_job_config(sources).job;
  EXPECT_TRUE(job.prompts.empty());
  EXPECT_EQ(job.prompts_file, "p.txt");
  sources = file_sources("prompts_file: p.txt\n");
  sources.options = {{"prompt", {"a cat"}, "-p"}};
  job = read_job_config(sources).job;
  EXPECT_EQ(job.prompts, (std::vector<PromptConfig>{{.text = "a cat"}}));
  EXPECT_EQ(job.prompts_file, "");
}

TEST(JobConfigReader, WritesPromptsThatItReadsBack) {
  const ResolvedConfig first = read_job_config(file_sources(
      "prompt: [a cat, {prompt: 'b: \"x\", #', negative_prompt: null, seed: 3, strength: 0.5, "
      "image: x.png, mask: ''}]\n"));
  ASSERT_EQ(first.job.prompts.size(), 2u);
  EXPECT_EQ(read_job_config(file_sources(config_as_yaml(first))).job.prompts, first.job.prompts);
}

TEST(JobConfigReader, PlacesAFieldOfAPromptThatIsWrong) {
  EXPECT_THAT([] { read_job_config(file_sources("prompt:\n  - {prompt: a, sede: 3}\n")); },
              ThrowsMessage<ConfigError>(
                  AllOf(HasSubstr("job.yaml:2:17: "), HasSubstr("Did you mean \"seed\"?"))));
}

TEST(CheckedYaml, IsWhatTheKeyUnderstands) {
  const ConfigValue size = ConfigValue::scalar("512x768", ConfigValue::Style::Plain);
  EXPECT_EQ(checked_yaml("cascade.resolutions", size), "[512x768]");
  ConfigValue wrong = ConfigValue::scalar("wide", ConfigValue::Style::Plain);
  wrong.place = {"p.csv", 3, 9};
  EXPECT_THAT([&] { checked_yaml("cascade.resolutions", wrong); },
              ThrowsMessage<ConfigError>(HasSubstr("p.csv:3:9: cascade.resolutions: \"wide\"")));
}

TEST(JobConfigReader, HeightAndWidthReplaceTheLastSize) {
  ConfigSources sources = option_sources({{"preset", "demo"}});
  sources.height = 768;
  const JobConfig job = read_job_config(sources).job;
  EXPECT_EQ(job.cascade.resolutions,
            (std::vector<partition::Extent>{{256, 256}, {512, 512}, {768, 1024}}));
}

TEST(JobConfigReader, ADrawnSeedReplacesMinusOneOnly) {
  ConfigSources sources = option_sources({{"seed", "-1"}});
  EXPECT_EQ(read_job_config(sources).job.seed, -1);
  sources.drawn_seed = 77;
  EXPECT_EQ(read_job_config(sources).job.seed, 77);
  sources.options = {{"seed", {"5"}, "--seed"}};
  EXPECT_EQ(read_job_config(sources).job.seed, 5);
}

TEST(EnvironmentName, IsTheKeyInUpperCase) {
  EXPECT_EQ(environment_name("cascade.cosine_scale"), "TESSERA_CASCADE_COSINE_SCALE");
}

}  // namespace
}  // namespace tessera::configs
