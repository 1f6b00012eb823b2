#include "configs/kind_defaults.h"

#include <gtest/gtest.h>

#include "configs/job_config_reader.h"
#include "tests/configs/sources_of.h"

namespace tessera::configs {
namespace {

TEST(KindDefaults, AreThoseOfFreeScaleForClips) {
  const ResolvedConfig resolved = read_job_config(option_sources({{"kind", "video"}}));
  const JobConfig& job = resolved.job;
  EXPECT_EQ(job.negative_prompt, "");
  EXPECT_EQ(job.sampling.scheduler, JobConfig::Scheduler::Ddim);
  EXPECT_EQ(job.sampling.guidance_scale, 12);
  EXPECT_EQ(job.cascade.resolutions, (std::vector<partition::Extent>{{320, 512}, {640, 1024}}));
  EXPECT_EQ(job.cascade.upscale_space, JobConfig::UpscaleSpace::Latent);
  EXPECT_FALSE(job.method.freeu.has_value());
  EXPECT_EQ(job.vae.mode, JobConfig::VaeMode::Full);
  EXPECT_EQ(job.output.formats, std::vector{JobConfig::OutputFormat::Mp4});
  EXPECT_TRUE(job.output.pattern.starts_with("videos/"));
  EXPECT_EQ(describe(resolved.origins.of("sampling.scheduler")), "kind video");
}

TEST(KindDefaults, LeaveKeysThatAnySourceSets) {
  ConfigSources sources = file_sources("kind: video\noutput: {formats: [mkv, frames]}\n");
  sources.options = {{"sampling.guidance_scale", {"7"}, "--guidance-scale"}};
  const JobConfig job = read_job_config(sources).job;
  EXPECT_EQ(job.sampling.guidance_scale, 7);
  EXPECT_EQ(job.output.formats,
            (std::vector{JobConfig::OutputFormat::Mkv, JobConfig::OutputFormat::Frames}));
}

TEST(KindDefaults, AreTheSizesThatHeightAndWidthChange) {
  ConfigSources sources = option_sources({{"kind", "video"}});
  sources.height = 320;
  const auto sizes = read_job_config(sources).job.cascade.resolutions;
  EXPECT_EQ(sizes, (std::vector<partition::Extent>{{320, 512}, {320, 1024}}));
}

TEST(KindDefaults, LeavePicturesAlone) {
  const JobConfig job = read_job_config({}).job;
  EXPECT_EQ(job.sampling.scheduler, JobConfig::Scheduler::Euler);
  EXPECT_TRUE(job.method.freeu.has_value());
}

}  // namespace
}  // namespace tessera::configs
