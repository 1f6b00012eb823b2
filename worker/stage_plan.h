#pragma once

#include <vector>

#include "partition/crop_grid.h"
#include "partition/extent.h"
#include "partition/row_range.h"

namespace tessera::worker {

enum class CropRule { Paper, Official };
enum class BorderTokens { Clip, NullKeys };
enum class BlurAxes { HeightWidth, HeightWidthChannel };
enum class VaeMode { Full, Tiled };
enum class SelfAttention { Plain, ScaleFused };

/// Everything that is fixed for one resolution of the cascade. Symbols as in docs/algorithms.md.
struct StagePlan {
  int stage = 0;
  partition::Extent image;   ///< pixels, multiples of 64
  partition::Extent latent;  ///< image / 8
  /// Schedule index of the first step run: the restart index, at stage 0 what the strength of an
  /// initial image gives. Equal to `steps` where no step is run.
  int first_step = 0;
  int steps = 0;  ///< one past the last schedule index

  SelfAttention self_attention = SelfAttention::Plain;
  partition::GlobalBranch global_branch = partition::GlobalBranch::Dense;
  partition::Extent phases{1, 1};  ///< interleaved phases per axis (fast mode)
  CropRule crop_rule = CropRule::Paper;
  BorderTokens border_tokens = BorderTokens::Clip;
  double crop_jitter = 0.125;  ///< jitter bound as a share of the crop (`paper` rule)
  BlurAxes blur_axes = BlurAxes::HeightWidth;
  int blur_radius = 1;      ///< R, tokens
  double blur_sigma = 1.0;  ///< tokens

  partition::Extent dilation{1, 1};
  int dilated_until_step = 0;  ///< steps i < this are dilated (stage > 0)

  double cosine_scale = 2.0;
  double cosine_scale_bg = 1.0;

  VaeMode vae_mode = VaeMode::Full;
  int vae_tile = 0;  ///< pixels; used when tiled

  int strip_count = 1;
  std::vector<partition::RowRange> blocks;  ///< canonical blocks, latent rows

  bool operator==(const StagePlan&) const = default;
};

}  // namespace tessera::worker
