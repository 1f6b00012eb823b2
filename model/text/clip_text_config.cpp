#include "model/text/clip_text_config.h"

#include <string>

#include "model/config_json.h"

namespace tessera::model {
namespace {

constexpr int kLegacyEndId = 2;

bool has_projection(const ConfigJson& config) {
  const auto architectures = config.texts("architectures");
  const std::string name = architectures.empty() ? "" : architectures.front();
  if (name != "CLIPTextModel" && name != "CLIPTextModelWithProjection") {
    config.refuse("architectures", "\"" + name +
                                       "\" is not supported; expected CLIPTextModel or "
                                       "CLIPTextModelWithProjection");
  }
  return name == "CLIPTextModelWithProjection";
}

int positive(const ConfigJson& config, const std::string& field) {
  const int value = config.integer(field);
  if (value < 1) config.refuse(field, "must be at least 1");
  return value;
}

}  // namespace

ClipTextConfig read_clip_text_config(const std::filesystem::path& config_json) {
  const ConfigJson config(config_json);
  config.require_text("model_type", {"clip_text_model"});
  config.require_text("hidden_act", {"quick_gelu", "gelu"});
  ClipTextConfig result;
  result.width = positive(config, "hidden_size");
  result.mlp_width = positive(config, "intermediate_size");
  result.layers = positive(config, "num_hidden_layers");
  result.heads = positive(config, "num_attention_heads");
  result.positions = positive(config, "max_position_embeddings");
  result.vocabulary_size = positive(config, "vocab_size");
  result.norm_eps = config.number_or("layer_norm_eps", result.norm_eps);
  result.activation = config.text_or("hidden_act", "quick_gelu") == "gelu"
                          ? TextActivation::Gelu
                          : TextActivation::QuickGelu;
  result.end_id = config.integer_or("eos_token_id", kLegacyEndId);
  result.pooled_position =
      result.end_id == kLegacyEndId ? PooledPosition::LargestId : PooledPosition::FirstEndId;
  if (has_projection(config)) result.projection_width = positive(config, "projection_dim");
  if (result.width % result.heads != 0) {
    config.refuse("num_attention_heads", std::to_string(result.heads) +
                                             " does not divide hidden_size " +
                                             std::to_string(result.width));
  }
  if (result.layers < 2) {
    config.refuse("num_hidden_layers",
                  "must be at least 2: the context is the second-to-last layer");
  }
  return result;
}

}  // namespace tessera::model
