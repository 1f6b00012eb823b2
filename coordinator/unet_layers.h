#pragma once

#include <vector>

#include "worker/model_outline.h"

namespace tessera::coordinator {

/// A layer of the U-Net as far as its cost depends on the canvas.
struct UnetLayer {
  enum class Kind { Conv3x3, Conv1x1, Transformer };
  /// How a 3x3 convolution reads its map: as it is, through a group norm, every second row and
  /// column, or enlarged by two.
  enum class Input { Plain, Normed, Strided, Upsampled };

  Kind kind = Kind::Conv3x3;
  int level = 0;  ///< of its output: grid = latent / 2^level
  int in_channels = 0;
  int out_channels = 0;
  int depth = 0;         ///< transformer blocks
  bool dilated = false;  ///< one of the layers of restrained dilation
  Input input = Input::Plain;
};

/// A skip connection that FreeU filters.
struct FilteredSkip {
  int level = 0;
  int channels = 0;

  bool operator==(const FilteredSkip&) const = default;
};

/// What the U-Net consists of, in execution order.
struct UnetLayers {
  std::vector<UnetLayer> layers;
  /// Channels of the maps kept for the up blocks, times their share of the latent grid's area.
  double skip_channels = 0;
  /// Widest input of an up block's resnet, likewise.
  double concat_channels = 0;
  std::vector<FilteredSkip> filtered_skips;
};

/// The layers of an SDXL-format U-Net, or of VideoCrafter2's for one frame of a clip, whose
/// convolutions and transformers over frames stand as 1x1 convolutions (docs/models.md): conv_in;
/// per level its resnets, each with a transformer where the level has one, and a strided conv; the
/// middle; the mirrored up blocks with one resnet more; conv_out.
UnetLayers unet_layers(const worker::ModelOutline& model);

}  // namespace tessera::coordinator
