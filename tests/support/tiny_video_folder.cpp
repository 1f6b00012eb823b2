#include "tests/support/tiny_video_folder.h"

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/text/clip_merges.h"
#include "model/video/video_model_config.h"
#include "model/video/video_tensors.h"
#include "storage/safetensors_writer.h"
#include "storage/text_file.h"

namespace tessera::testing {
namespace {

model::VideoModelConfig tiny_config(const std::filesystem::path& tokenizer) {
  model::VideoModelConfig config;
  config.unet.widths = {32, 32, 32, 32};
  config.unet.transformer_depths = {1, 1, 1, 0};
  config.unet.resnets_per_level = 1;
  config.unet.head_width = 16;
  config.unet.context_width = 24;
  config.vae.widths = {32, 32, 32, 32};
  config.vae.resnets_per_level = 1;
  config.vae.scaling_factor = 0.18215;
  config.text.width = 24;
  config.text.mlp_width = 96;
  config.text.layers = 2;
  config.text.heads = 3;
  config.text.vocabulary_size = model::ClipMerges::load(tokenizer).vocabulary_size();
  return config;
}

/// Sums of four draws of a linear congruential generator that starts from the name.
std::vector<float> values_of(const std::string& name, const std::vector<std::int64_t>& shape) {
  std::uint64_t state = 14695981039346656037U;  // FNV-1a
  for (const char letter : name) {
    state = (state ^ static_cast<unsigned char>(letter)) * 1099511628211U;
  }
  const auto draw = [&] {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(state >> 40) / (1 << 24) - 0.5;
  };
  std::int64_t count = 1;
  for (const std::int64_t side : shape) count *= side;
  const double fan_in =
      shape.empty() ? 1 : static_cast<double>(count) / static_cast<double>(shape[0]);
  const bool norm = shape.size() == 1 && name.ends_with(".weight");
  const double spread = shape.size() == 1 ? 0.1 : std::sqrt(3 / fan_in);
  std::vector<float> values;
  for (std::int64_t k = 0; k < count; ++k) {
    const double normal = draw() + draw() + draw() + draw();
    values.push_back(static_cast<float>(spread * normal + (norm ? 1 : 0)));
  }
  return values;
}

}  // namespace

void write_tiny_video_model(const std::filesystem::path& folder,
                            const std::filesystem::path& tokenizer) {
  const model::VideoModelConfig config = tiny_config(tokenizer);
  std::filesystem::create_directories(folder);
  std::vector<std::vector<float>> values;
  std::vector<storage::TensorView> views;
  for (const auto& [name, shape] : model::video_tensors(config)) {
    values.push_back(values_of(name, shape));
    views.push_back({name, storage::Dtype::F32, shape, std::as_bytes(std::span(values.back()))});
  }
  storage::write_safetensors(folder / model::kVideoWeightsFile, views,
                             {{"format", "tessera video model"}});
  for (const char* file : {"vocab.json", "merges.txt"}) {
    storage::write_text(folder / file, storage::read_text(tokenizer / file));
  }
  storage::write_text(folder / model::kVideoConfigFile, model::video_config_json(config));
}

}  // namespace tessera::testing
