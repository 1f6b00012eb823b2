#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/text/clip_text_config.h"
#include "model/vae/vae_config.h"

namespace tessera::model {

/// Shape of VideoCrafter2's U-Net. A level with transformers has a spatial and a temporal one of
/// the same depth after every residual block, and so has the middle block.
struct VideoUnetConfig {
  /// Heads of the temporal transformer after the first convolution, whatever the widths.
  static constexpr int kInitialHeads = 8;

  int in_channels = 4;
  int out_channels = 4;
  std::vector<int> widths;              ///< per level
  std::vector<int> transformer_depths;  ///< per level; 0 where the level has no transformers
  int middle_depth = 1;
  int resnets_per_level = 2;  ///< the up path has one more
  int head_width = 64;
  int context_width = 1024;
  int temporal_length = 16;  ///< frames that the network was trained on

  int levels() const { return static_cast<int>(widths.size()); }
  int embedding_width() const { return 4 * widths.front(); }
};

/// The noise schedule: betas are the squares of `train_steps` equal steps from sqrt(beta_start) to
/// sqrt(beta_end).
struct VideoScheduleConfig {
  int train_steps = 1000;
  double beta_start = 0.00085;
  double beta_end = 0.012;
  /// `scale_b`: x0 is scaled by a factor that falls from 1 to this over the first 400 timesteps;
  /// nothing: it is not scaled.
  std::optional<double> scale_end = 0.7;
};

/// What config.json of a converted video model says.
struct VideoModelConfig {
  VideoUnetConfig unet;
  VaeConfig vae;
  ClipTextConfig text;  ///< `layers` counts the blocks that run, which are those of the file
  VideoScheduleConfig schedule;
};

/// The name of the file in the folder of a converted model.
inline constexpr char kVideoConfigFile[] = "config.json";
inline constexpr char kVideoWeightsFile[] = "model.safetensors";

/// Its JSON text, indented, with a newline at the end.
std::string video_config_json(const VideoModelConfig& config);

/// \throws storage::MissingFileError, storage::DataError naming file and field: another `format` or
///         version, a missing field, a size that cannot be.
VideoModelConfig read_video_model_config(const std::filesystem::path& config_json);

}  // namespace tessera::model
