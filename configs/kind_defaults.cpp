#include "configs/kind_defaults.h"

namespace tessera::configs {
namespace {

using Format = JobConfig::OutputFormat;

constexpr double kGuidanceScale = 12;

template <typename Field, typename Value>
void fill(ConfigOrigins& origins, const char* key, Field& field, const Value& value) {
  if (!origins.is_default(key)) return;
  field = value;
  origins.set(key, {ConfigOrigin::Kind::VideoDefault, {}});
}

}  // namespace

void apply_kind(JobConfig& job, ConfigOrigins& origins) {
  if (job.kind != JobConfig::Kind::Video) return;
  fill(origins, "negative_prompt", job.negative_prompt, std::string());
  fill(origins, "sampling.scheduler", job.sampling.scheduler, JobConfig::Scheduler::Ddim);
  fill(origins, "sampling.guidance_scale", job.sampling.guidance_scale, kGuidanceScale);
  fill(origins, "cascade.resolutions", job.cascade.resolutions,
       std::vector<partition::Extent>{{320, 512}, {640, 1024}});
  fill(origins, "cascade.upscale_space", job.cascade.upscale_space,
       JobConfig::UpscaleSpace::Latent);
  fill(origins, "method.freeu", job.method.freeu, std::nullopt);
  fill(origins, "vae.mode", job.vae.mode, JobConfig::VaeMode::Full);
  fill(origins, "output.pattern", job.output.pattern,
       std::string("videos/{index:05}_{seed}_{width}x{height}"));
  fill(origins, "output.formats", job.output.formats, std::vector<Format>{Format::Mp4});
}

}  // namespace tessera::configs
