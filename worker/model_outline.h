#pragma once

#include <string>
#include <vector>

#include "partition/extent.h"

namespace tessera::worker {

/// The facts about a model folder that planning needs, read from its config files alone.
struct ModelOutline {
  std::vector<int> unet_widths;         ///< block_out_channels
  std::vector<int> transformer_depths;  ///< per level; 0 where a level has none
  std::vector<int> head_counts;
  int resnets_per_level = 2;
  int context_width = 2048;
  int sample_size = 128;  ///< latent side of the base size
  std::vector<int> vae_widths;
  int vae_resnets_per_level = 2;  ///< of the encoder; the decoder has one more
  int vae_sample_size = 1024;     ///< pixels: side of a tile
  int train_steps = 1000;         ///< num_train_timesteps of the scheduler
  int steps_offset = 1;
  int norm_groups = 32;   ///< of the U-Net
  int middle_depth = -1;  ///< of the middle transformer; -1: that of the deepest level
  /// Frames that a network of clips was trained on; 0: the network makes pictures.
  int temporal_length = 0;

  bool operator==(const ModelOutline&) const = default;
  partition::Extent base_image() const { return {sample_size * 8, sample_size * 8}; }
  /// 2^(levels - 1) latent rows.
  int grain_rows() const { return 1 << (static_cast<int>(unet_widths.size()) - 1); }
};

/// Stable Diffusion XL base 1.0 as published: what to plan for where no model is at hand.
ModelOutline sdxl_outline();

/// Reads unet/, vae/ and scheduler/ configs of a diffusers folder.
/// \param vae_directory  a replacement autoencoder, read instead of vae/, or "".
/// \throws storage::MissingFileError for a missing file; storage::DataError naming file and field
///         for a network that is not supported.
ModelOutline read_model_outline(const std::string& directory,
                                const std::string& vae_directory = "");

/// VideoCrafter2 as published: what to plan clips for where no model is at hand.
ModelOutline video_crafter_outline();

/// Reads config.json of a folder that `tessera convert` made.
/// \throws storage::MissingFileError, storage::DataError naming file and field.
ModelOutline read_video_outline(const std::string& directory);

/// One line of text and back, for a broadcast from rank 0.
std::string outline_to_text(const ModelOutline& outline);
ModelOutline outline_from_text(const std::string& text);

}  // namespace tessera::worker
