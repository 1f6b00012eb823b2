#include "configs/method_mode.h"

#include <gtest/gtest.h>

#include "configs/job_config_reader.h"
#include "tests/configs/sources_of.h"

namespace tessera::configs {
namespace {

TEST(MethodMode, OfficialSetsTheRulesOfThePublishedProgram) {
  const ResolvedConfig resolved = read_job_config(option_sources({{"method.mode", "official"}}));
  EXPECT_EQ(resolved.job.method.dilation_axes, JobConfig::DilationAxes::Width);
  EXPECT_EQ(resolved.job.method.blur_axes, JobConfig::BlurAxes::HeightWidthChannel);
  EXPECT_EQ(resolved.job.method.border_tokens, JobConfig::BorderTokens::NullKeys);
  EXPECT_EQ(resolved.job.method.dilate_tau, 35);
  EXPECT_EQ(resolved.job.cascade.restart_fraction, 0.3);
  EXPECT_EQ(resolved.job.vae.mode, JobConfig::VaeMode::Tiled);
  EXPECT_EQ(resolved.job.model.tokenizer, JobConfig::Tokenizer::ClipBasic);
  EXPECT_EQ(resolved.origins.of("vae.mode").kind, ConfigOrigin::Kind::Mode);
}

TEST(MethodMode, LeavesKeysThatAnySourceSets) {
  ConfigSources sources = file_sources("method: {mode: official, dilate_tau: 5}\n");
  sources.options = {{"vae.mode", {"full"}, "--vae-mode"}};
  const JobConfig job = read_job_config(sources).job;
  EXPECT_EQ(job.method.dilate_tau, 5);
  EXPECT_EQ(job.vae.mode, JobConfig::VaeMode::Full);
}

TEST(MethodMode, PaperAfterAnOfficialPresetHasTheDefaultsAgain) {
  const JobConfig job =
      read_job_config(option_sources({{"preset", "freescale-2k"}, {"method.mode", "paper"}})).job;
  EXPECT_EQ(job.method.blur_axes, JobConfig::BlurAxes::HeightWidth);
  EXPECT_FALSE(job.cascade.restart_fraction.has_value());
}

TEST(MethodMode, ARestartTimestepOverridesAFractionOfLowerPrecedence) {
  for (const char* preset : {"freescale-2k", "freescale-turbo"}) {
    const JobConfig job =
        read_job_config(option_sources({{"preset", preset}, {"cascade.restart_timestep", "600"}}))
            .job;
    EXPECT_FALSE(job.cascade.restart_fraction.has_value());
    EXPECT_EQ(job.cascade.restart_timestep, 600);
  }
  EXPECT_EQ(
      read_job_config(option_sources({{"preset", "freescale-turbo"}})).job.cascade.restart_fraction,
      0.5);
}

}  // namespace
}  // namespace tessera::configs
