#include "configs/video_rules.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "configs/prompt_init.h"

namespace tessera::configs {
namespace {

using Format = JobConfig::OutputFormat;

/// A rule, and whether the job breaks it.
struct Rule {
  enum class State { Kept, Broken };

  State state;
  const char* key;
  std::string what;
};

Rule::State broken_if(bool condition) {
  return condition ? Rule::State::Broken : Rule::State::Kept;
}

std::optional<RuleBreach> first_broken(const std::vector<Rule>& rules) {
  for (const Rule& rule : rules) {
    if (rule.state == Rule::State::Broken) {
      return RuleBreach{rule.key, std::string(rule.key) + ": " + rule.what};
    }
  }
  return std::nullopt;
}

std::optional<RuleBreach> breach_of_picture(const JobConfig& job) {
  const auto of_clips = [](Format format) { return format != Format::Png; };
  return first_broken(
      {{broken_if(job.sampling.scheduler == JobConfig::Scheduler::Ddim), "sampling.scheduler",
        "ddim is the sampler of clips (kind: video). Pictures have euler and euler_ancestral."},
       {broken_if(!job.video.second_prompt.empty()), "video.second_prompt",
        "pictures have one prompt. It is of clips (kind: video)."},
       {broken_if(job.sampling.eta != 0), "sampling.eta",
        "the samplers of pictures have none. Leave it at 0."},
       {broken_if(std::any_of(job.output.formats.begin(), job.output.formats.end(), of_clips)),
        "output.formats", "mp4, mkv and frames are of clips (kind: video). Pictures have png."}});
}

bool starts_from_image(const JobConfig& job) {
  const auto has_image = [&](const PromptConfig& prompt) {
    const JobConfig::Init init = init_of(job, prompt);
    return !init.image.empty() || !init.mask.empty();
  };
  return !job.init.image.empty() || !job.init.mask.empty() ||
         std::any_of(job.prompts.begin(), job.prompts.end(), has_image);
}

std::string frames_rule(const VideoConfig& video) {
  const int beyond = (video.frames - video.window) % video.window_stride;
  return std::to_string(video.frames) + " frames do not fit windows of " +
         std::to_string(video.window) + " that move by " + std::to_string(video.window_stride) +
         ". Use " + std::to_string(video.frames - beyond) + " or " +
         std::to_string(video.frames - beyond + video.window_stride) + ".";
}

std::vector<Rule> rules_of_frames(const VideoConfig& video) {
  const bool fits =
      video.frames <= video.window || (video.frames - video.window) % video.window_stride == 0;
  return {{broken_if(video.window_stride > video.window), "video.window_stride",
           "windows that move by more than their length leave frames out. Use at most " +
               std::to_string(video.window) + " (video.window)."},
          {broken_if(!fits), "video.frames", fits ? "" : frames_rule(video)},
          {broken_if(!(video.fps_condition >= 1)), "video.fps_condition",
           "less than one frame per second. Use 1 or more."}};
}

std::vector<Rule> rules_of_sampling(const JobConfig& job) {
  const JobConfig::Sampling& sampling = job.sampling;
  return {{broken_if(sampling.scheduler != JobConfig::Scheduler::Ddim), "sampling.scheduler",
           "clips have ddim alone."},
          {broken_if(sampling.guidance_rescale != 0), "sampling.guidance_rescale",
           "clips do not have it. Leave it at 0."},
          {broken_if(sampling.timestep_spacing != JobConfig::TimestepSpacing::Leading),
           "sampling.timestep_spacing", "clips have leading alone."},
          {broken_if(sampling.state != JobConfig::StateDtype::Fp32), "sampling.state",
           "clips have fp32 alone."}};
}

std::vector<Rule> rules_of_method(const JobConfig& job) {
  const auto is_picture = [](Format format) { return format == Format::Png; };
  return {{broken_if(job.method.mode == JobConfig::Mode::Official), "method.mode",
           "official is for pictures: the published program makes no clips. Use paper."},
          {broken_if(job.method.freeu.has_value()), "method.freeu",
           "clips are rendered without it. Leave it at null."},
          {broken_if(job.cascade.upscale_space != JobConfig::UpscaleSpace::Latent),
           "cascade.upscale_space", "clips are upscaled as latents. Use latent."},
          {broken_if(job.vae.mode == JobConfig::VaeMode::Tiled), "vae.mode",
           "frames are decoded whole. Use full."},
          {broken_if(starts_from_image(job)), "init.image", "clips start from noise alone."},
          {broken_if(!job.model.vae_path.empty()), "model.vae_path",
           "clips have the autoencoder of their model."},
          {broken_if(std::any_of(job.output.formats.begin(), job.output.formats.end(), is_picture)),
           "output.formats", "png is of pictures. Clips have mp4, mkv and frames."},
          {broken_if(job.output.bit_depth != 8), "output.bit_depth", "frames have 8 bits."}};
}

}  // namespace

std::optional<RuleBreach> breach_of_kind(const JobConfig& job) {
  if (job.kind == JobConfig::Kind::Image) return breach_of_picture(job);
  std::vector<Rule> rules = rules_of_frames(job.video);
  for (const auto& more : {rules_of_sampling(job), rules_of_method(job)}) {
    rules.insert(rules.end(), more.begin(), more.end());
  }
  return first_broken(rules);
}

}  // namespace tessera::configs
