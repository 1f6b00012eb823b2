#pragma once

#include <cstdint>
#include <filesystem>

namespace tessera::model {

enum class TextActivation {
  QuickGelu,  ///< x sigmoid(1.702 x)
  Gelu,       ///< exact, by the error function
};

/// How the position of the pooled feature is found.
enum class PooledPosition {
  LargestId,   ///< legacy files (`eos_token_id` 2): the first largest id, which is the end token
  FirstEndId,  ///< the first id equal to `end_id`
};

/// What the U-Net is conditioned on.
enum class TextContext {
  Penultimate,  ///< output of the second-to-last layer, without the final norm (SDXL)
  FinalNorm,  ///< output of the last layer, normalised (OpenCLIP towers cut after the penultimate)
};

/// Shape of a CLIP text tower, read from its config.json (transformers' field names).
struct ClipTextConfig {
  int width = 768;              ///< hidden_size
  int mlp_width = 3072;         ///< intermediate_size
  int layers = 12;              ///< num_hidden_layers
  int heads = 12;               ///< num_attention_heads
  int positions = 77;           ///< max_position_embeddings
  int vocabulary_size = 49408;  ///< vocab_size
  double norm_eps = 1e-5;       ///< layer_norm_eps
  TextActivation activation = TextActivation::QuickGelu;
  TextContext context = TextContext::Penultimate;
  PooledPosition pooled_position = PooledPosition::LargestId;
  std::int32_t end_id = 2;   ///< eos_token_id
  int projection_width = 0;  ///< 0: the tower has no projection and gives no pooled feature
};

/// \throws storage::MissingFileError if there is no such file; storage::DataError naming file and
///         field for a tower that is not supported.
ClipTextConfig read_clip_text_config(const std::filesystem::path& config_json);

}  // namespace tessera::model
