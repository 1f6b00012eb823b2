#include "configs/job_config_rules.h"

#include <gmock/gmock.h>

#include "configs/config_error.h"
#include "configs/job_config_reader.h"
#include "tests/configs/sources_of.h"

namespace tessera::configs {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

std::vector<std::string> check(const ConfigSources& sources) {
  const ResolvedConfig resolved = read_job_config(sources);
  return check_job_config(resolved.job, resolved.origins);
}

template <typename Matcher>
void expect_refused(const ConfigSources& sources, const Matcher& matcher) {
  EXPECT_THAT([&] { check(sources); }, ThrowsMessage<ConfigError>(matcher));
}

TEST(JobConfigRules, AcceptTheDefaults) { EXPECT_TRUE(check({}).empty()); }

TEST(JobConfigRules, NameTheNearestLegalSides) {
  expect_refused(file_sources("cascade:\n  resolutions: [1024, 2000x2048]\n"),
                 AllOf(StartsWith("job.yaml:2:3: cascade.resolutions, stage 1: 2000x2048"),
                       HasSubstr("use 1984 or 2048")));
  expect_refused(option_sources({{"cascade.resolutions", "32"}}), HasSubstr("use 64."));
  expect_refused(option_sources({{"cascade.base", "100"}}), HasSubstr("use 64 or 128."));
  expect_refused(option_sources({{"vae.tile", "100"}}), HasSubstr("multiple of 32"));
}

TEST(JobConfigRules, WantOneExponentOrOnePerLaterStage) {
  EXPECT_TRUE(check(option_sources(
                        {{"cascade.resolutions", "256,512,1024"}, {"cascade.cosine_scale", "2,1"}}))
                  .empty());
  expect_refused(
      option_sources({{"cascade.resolutions", "256,512"}, {"cascade.cosine_scale", "2,1"}}),
      HasSubstr("2 values for 1 stages after the first"));
}

TEST(JobConfigRules, RefuseAStrengthWithoutImage) {
  expect_refused(option_sources({{"init.strength", "0.5"}}), HasSubstr("without init.image"));
}

TEST(JobConfigRules, NameThePromptWhoseStrengthHasNoImage) {
  const std::string image = "init: {image: a.png}\n";
  EXPECT_TRUE(check(file_sources("prompt: [a, {prompt: b, strength: 0.5}]\n" + image)).empty());
  expect_refused(file_sources("prompt: [a, {prompt: b, strength: 0.5, image: ''}]\n" + image),
                 AllOf(StartsWith("job.yaml:1:1: prompt 2, field \"strength\": 0.5"),
                       HasSubstr("without an image")));
  expect_refused(file_sources("prompt: [a, {prompt: b, strength: 0.5}]\n"),
                 HasSubstr("prompt 2, field \"strength\""));
  // Images of prompts alone give init.strength its meaning.
  EXPECT_TRUE(check(file_sources("prompt: [a, {prompt: b, image: b.png}]\n"
                                 "init: {strength: 0.5}\n"))
                  .empty());
}

TEST(JobConfigRules, NameThePromptWhoseImageReplacesTheOnlyStage) {
  expect_refused(file_sources("prompt: [a, {prompt: b, image: b.png}]\nmethod: {name: direct}\n"),
                 AllOf(HasSubstr("prompt 2, init.image"), HasSubstr("method.name direct")));
}

TEST(JobConfigRules, NameThePromptWhoseSeedOverflows) {
  expect_refused(file_sources("images_per_prompt: 2\n"
                              "prompt: [a, {prompt: b, seed: 9223372036854775806}]\n"),
                 AllOf(HasSubstr("prompt 2, seed: 9223372036854775806"), HasSubstr("smaller")));
}

TEST(JobConfigRules, RefuseAnImageThatReplacesTheOnlyStage) {
  expect_refused(option_sources({{"method.name", "direct"}, {"init.image", "a.png"}}),
                 HasSubstr("method.name direct"));
}

TEST(JobConfigRules, RefuseSeedsThatOverflow) {
  expect_refused(option_sources({{"seed", "9223372036854775807"}, {"prompt", "a cat"}}),
                 HasSubstr("smaller seed"));
}

TEST(JobConfigRules, RefusePatternsThatLeaveTheRunFolder) {
  for (const char* pattern : {"/tmp/x", "../x", "a/../../x", "a/.."}) {
    expect_refused(option_sources({{"output.pattern", pattern}}), HasSubstr("leaves the run"));
  }
  expect_refused(option_sources({{"name", "a/b"}}), HasSubstr("cannot name a folder"));
}

TEST(JobConfigRules, WarnOfAHighExponentAtLargeSizes) {
  EXPECT_THAT(check(option_sources({{"cascade.resolutions", "1024,8192"}})),
              testing::ElementsAre(HasSubstr("at most 1.0 is advised")));
}

TEST(JobConfigRules, WarnOfAKeyThatOfficialModeIgnores) {
  EXPECT_THAT(check(option_sources({{"method.mode", "official"}, {"method.crop_jitter", "0.1"}})),
              testing::ElementsAre(HasSubstr("crop_jitter is ignored")));
}

TEST(RenderInputs, ArePromptModelAndTheImageOfImgen) {
  const auto check_inputs = [](const ConfigSources& sources) {
    check_render_inputs(read_job_config(sources).job);
  };
  EXPECT_THAT([&] { check_inputs({}); }, ThrowsMessage<ConfigError>(StartsWith("prompt: none")));
  EXPECT_THAT(
      [&] {
        check_inputs(option_sources({{"prompt", "a cat"}}));
      },
      ThrowsMessage<ConfigError>(StartsWith("model.path: none")));
  EXPECT_THAT(
      [&] {
        check_inputs(option_sources(
            {{"prompt", "a cat"}, {"model.path", "m"}, {"preset", "freescale-imgen"}}));
      },
      ThrowsMessage<ConfigError>(HasSubstr("needs a picture")));
  EXPECT_NO_THROW(check_inputs(option_sources({{"prompt", "a cat"}, {"preset", "demo"}})));
}

}  // namespace
}  // namespace tessera::configs
