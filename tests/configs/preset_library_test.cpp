#include "configs/preset_library.h"

#include <gtest/gtest.h>

#include "configs/job_config_reader.h"
#include "configs/job_config_rules.h"
#include "tests/configs/sources_of.h"

namespace tessera::configs {
namespace {

ResolvedConfig with_preset(const std::string& name) {
  return read_job_config(option_sources({{"preset", name}}));
}

TEST(Presets, CanAllBeReadAndPassTheRules) {
  EXPECT_EQ(presets().size(), 10u);
  for (const Preset& preset : presets()) {
    SCOPED_TRACE(preset.name);
    EXPECT_FALSE(preset.summary.empty());
    const ResolvedConfig resolved = with_preset(preset.name);
    EXPECT_TRUE(check_job_config(resolved.job, resolved.origins).empty());
    EXPECT_EQ(resolved.job.name, preset.name);
  }
}

TEST(Presets, FreescaleHasThePublishedValues) {
  const JobConfig job = with_preset("freescale-4k").job;
  EXPECT_EQ(job.cascade.resolutions,
            (std::vector<partition::Extent>{{1024, 1024}, {2048, 2048}, {4096, 4096}}));
  EXPECT_EQ(job.sampling.steps, 50);
  EXPECT_EQ(job.sampling.guidance_scale, 7.5);
  EXPECT_EQ(job.cascade.cosine_scale, std::vector<double>{2.0});
  EXPECT_EQ(job.method.freeu, (JobConfig::FreeU{1.1, 1.2, 0.6, 0.4}));
  EXPECT_EQ(job.seed, 123);
  EXPECT_EQ(job.method.mode, JobConfig::Mode::Official);
  EXPECT_EQ(job.cascade.restart_fraction, 0.3);
  EXPECT_EQ(job.method.dilate_tau, 35);
  EXPECT_EQ(with_preset("freescale-8k").job.cascade.cosine_scale, std::vector<double>{1.0});
}

TEST(Presets, TurboHasItsOwnScheduleAndRestart) {
  const JobConfig job = with_preset("freescale-turbo").job;
  EXPECT_EQ(job.sampling.steps, 4);
  EXPECT_EQ(job.sampling.scheduler, JobConfig::Scheduler::EulerAncestral);
  EXPECT_EQ(job.sampling.timestep_spacing, JobConfig::TimestepSpacing::Trailing);
  EXPECT_EQ(job.sampling.guidance_scale, 0);
  EXPECT_EQ(job.cascade.restart_fraction, 0.5);
  EXPECT_EQ(job.method.dilation_base, 1024);
}

TEST(Presets, ImageKeepsThePaperRules) {
  const JobConfig job = with_preset("image-4096").job;
  EXPECT_EQ(job.method.mode, JobConfig::Mode::Paper);
  EXPECT_EQ(job.vae.mode, JobConfig::VaeMode::Auto);
  EXPECT_FALSE(job.cascade.restart_fraction.has_value());
}

TEST(FindPreset, KnowsOnlyItsNames) {
  EXPECT_NE(find_preset("demo"), nullptr);
  EXPECT_EQ(find_preset("demo.yaml"), nullptr);
}

}  // namespace
}  // namespace tessera::configs
