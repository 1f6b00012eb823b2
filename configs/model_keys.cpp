#include "configs/key_sections.h"
#include "configs/value_codecs.h"

namespace tessera::configs {

std::vector<ConfigKey> model_keys() {
  using Picture = ConfigKey::Picture;
  using Tokenizer = JobConfig::Tokenizer;
  return {
      make_key(
          "model.path", text("folder or ORG/NAME", Emptiness::Allowed), Picture::Changes,
          "Model in SDXL format: a diffusers folder, or ORG/NAME in the local cache of the "
          "Hugging Face hub. Nothing is downloaded.",
          [](auto& job) -> auto& { return job.model.path; }),
      make_key(
          "model.variant", text("text", Emptiness::Allowed), Picture::Changes,
          "Variant of the weight files, for example fp16; empty for the plain ones.",
          [](auto& job) -> auto& { return job.model.variant; }),
      make_key(
          "model.vae_path", text("folder", Emptiness::Allowed), Picture::Changes,
          "Folder of an autoencoder that replaces the model's own.",
          [](auto& job) -> auto& { return job.model.vae_path; }),
      make_key(
          "model.tokenizer",
          choice<Tokenizer>({{"clip", Tokenizer::Clip}, {"clip_basic", Tokenizer::ClipBasic}}),
          Picture::Changes,
          "How a prompt is cut into tokens: clip as in CLIP's fast tokenizers, clip_basic as "
          "the published FreeScale program does it.",
          [](auto& job) -> auto& { return job.model.tokenizer; }),
  };
}

}  // namespace tessera::configs
