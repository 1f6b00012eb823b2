#include <limits>

#include "configs/key_sections.h"
#include "configs/prompt_codec.h"
#include "configs/value_codecs.h"

namespace tessera::configs {

std::vector<ConfigKey> job_keys() {
  using Picture = ConfigKey::Picture;
  return {
      make_key(
          "version", integer(1, 1), Picture::Keeps, "Version of the configuration schema.",
          [](auto& job) -> auto& { return job.version; }),
      make_key(
          "name", text("text", Emptiness::Allowed), Picture::Keeps,
          "Name of the run, used in its folder. Empty: the stem of the config file, else the "
          "preset, else \"render\".",
          [](auto& job) -> auto& { return job.name; }),
      make_key(
          "kind",
          choice<JobConfig::Kind>(
              {{"image", JobConfig::Kind::Image}, {"video", JobConfig::Kind::Video}}),
          Picture::Changes,
          "What is rendered. video sets, unless given: negative_prompt \"\", sampling.scheduler "
          "ddim, sampling.guidance_scale 12, cascade.resolutions [320x512, 640x1024], "
          "cascade.upscale_space latent, method.freeu null, vae.mode full, output.pattern "
          "videos/..., output.formats [mp4].",
          [](auto& job) -> auto& { return job.kind; }),
      make_key(
          "preset", text("name of a preset", Emptiness::Allowed), Picture::Keeps,
          "Named set of values that the other sources override; `tessera config presets` "
          "lists them.",
          [](auto& job) -> auto& { return job.preset; }),
  };
}

std::vector<ConfigKey> prompt_keys() {
  using Picture = ConfigKey::Picture;
  constexpr int kMost = std::numeric_limits<int>::max();
  constexpr std::int64_t kLargestSeed = std::numeric_limits<std::int64_t>::max();
  return {
      make_key(
          "prompt", list_of("these", prompt_entry()), Picture::Changes,
          "What the picture shows. A list makes one picture per prompt; a map sets for its prompt "
          "what else the keys negative_prompt, seed and init.* would. On the command line always "
          "a text; - reads it from the standard input.",
          [](auto& job) -> auto& { return job.prompts; }),
      make_key(
          "prompts_file", text("file", Emptiness::Allowed), Picture::Changes,
          "File of prompts instead of the key prompt: .txt with one text per line, or .jsonl, "
          ".csv or .yaml with the fields of its maps (docs/many_prompts.md).",
          [](auto& job) -> auto& { return job.prompts_file; }),
      make_key(
          "negative_prompt", optional_of("null", text("text", Emptiness::Allowed)),
          Picture::Changes, "What the picture should not show. null: a zero embedding.",
          [](auto& job) -> auto& { return job.negative_prompt; }),
      make_key(
          "images_per_prompt", integer(1, kMost), Picture::Changes,
          "Pictures per prompt, each with a seed of its own.",
          [](auto& job) -> auto& { return job.images_per_prompt; }),
      make_key(
          "seed", long_integer(-1, kLargestSeed), Picture::Changes,
          "Seed of the first picture; picture k uses seed + k unless its prompt sets one. -1 draws "
          "one, prints and records it.",
          [](auto& job) -> auto& { return job.seed; }),
  };
}

}  // namespace tessera::configs
