#include <limits>

#include "configs/key_sections.h"
#include "configs/value_codecs.h"

namespace tessera::configs {

std::vector<ConfigKey> cascade_keys() {
  using Picture = ConfigKey::Picture;
  return {
      make_key(
          "cascade.base", optional_of("auto", picture_size()), Picture::Changes,
          "Size the network was trained for; crops, dilation and blur derive from it. auto: 8 "
          "x the U-Net's sample_size.",
          [](auto& job) -> auto& { return job.cascade.base; }),
      make_key(
          "cascade.resolutions", list_of("sizes", picture_size()), Picture::Changes,
          "Size of every stage, multiples of 64. The first is sampled from noise, each other "
          "one starts from the picture before it.",
          [](auto& job) -> auto& { return job.cascade.resolutions; }),
      make_key(
          "cascade.restart_timestep", integer(1, 999), Picture::Changes,
          "A stage after the first starts at the first step whose timestep is at most this.",
          [](auto& job) -> auto& { return job.cascade.restart_timestep; }),
      make_key(
          "cascade.restart_fraction", optional_of("null", number(0, 1)), Picture::Changes,
          "When set, such a stage starts at step floor(fraction x steps) instead.",
          [](auto& job) -> auto& { return job.cascade.restart_fraction; }),
  };
}

std::vector<ConfigKey> blend_keys() {
  using Picture = ConfigKey::Picture;
  using Space = JobConfig::UpscaleSpace;
  using Posterior = JobConfig::Posterior;
  const auto exponents = [] {
    return list_of("them, one per stage after the first",
                   number(0, std::numeric_limits<double>::infinity()));
  };
  return {
      make_key(
          "cascade.cosine_scale", exponents(), Picture::Changes,
          "Exponent of the blend with the upscaled picture: larger frees the sampler earlier "
          "and adds detail. At most 1 is advised at 8192.",
          [](auto& job) -> auto& { return job.cascade.cosine_scale; }),
      make_key(
          "cascade.cosine_scale_bg", exponents(), Picture::Changes, "The same outside init.mask.",
          [](auto& job) -> auto& { return job.cascade.cosine_scale_bg; }),
      make_key(
          "cascade.upscale_space",
          choice<Space>({{"image", Space::Image}, {"latent", Space::Latent}}), Picture::Changes,
          "What is upscaled between stages: the decoded picture or the latents; bicubic.",
          [](auto& job) -> auto& { return job.cascade.upscale_space; }),
      make_key(
          "cascade.posterior",
          choice<Posterior>({{"sample", Posterior::Sample}, {"mean", Posterior::Mean}}),
          Picture::Changes,
          "Draw from the autoencoder's posterior of the upscaled picture, or take its mean.",
          [](auto& job) -> auto& { return job.cascade.posterior; }),
  };
}

}  // namespace tessera::configs
