#pragma once

#include <filesystem>
#include <vector>

namespace tessera::model {

/// Shape of a KL autoencoder (AutoencoderKL), read from its config.json.
struct VaeConfig {
  std::vector<int> widths;    ///< block_out_channels, image level first
  int resnets_per_level = 2;  ///< the decoder has one more
  int latent_channels = 4;
  int norm_groups = 32;
  double scaling_factor = 0.13025;
  int sample_size = 1024;  ///< pixels; side of a tile in tiled mode
};

/// \throws storage::MissingFileError, storage::DataError naming file and field.
VaeConfig read_vae_config(const std::filesystem::path& config_json);

}  // namespace tessera::model
