#pragma once

#include <filesystem>
#include <vector>

namespace tessera::model {

/// Shape of an SDXL-format U-Net, read from its config.json (diffusers field names).
struct UnetConfig {
  int in_channels = 4;
  int out_channels = 4;
  std::vector<int> widths;              ///< block_out_channels, per level
  std::vector<int> heads;               ///< per level; head width = width / heads
  std::vector<int> transformer_depths;  ///< per level; 0 where the level has no transformers
  int resnets_per_level = 2;
  int context_width = 2048;  ///< cross_attention_dim
  int time_ids_width = 256;  ///< addition_time_embed_dim
  int added_width = 2816;    ///< projection_class_embeddings_input_dim
  int norm_groups = 32;
  double norm_eps = 1e-5;
  bool linear_projection = true;  ///< proj_in and proj_out are Linear on tokens
  int sample_size = 128;

  int levels() const { return static_cast<int>(widths.size()); }
  int embedding_width() const { return 4 * widths.front(); }
  int pooled_width() const { return added_width - 6 * time_ids_width; }
};

/// \throws storage::MissingFileError if there is no such file; storage::DataError naming file and
///         field for a network that is not supported.
UnetConfig read_unet_config(const std::filesystem::path& config_json);

}  // namespace tessera::model
