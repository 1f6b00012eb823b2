#pragma once

#include <compare>
#include <vector>

#include "partition/extent.h"
#include "partition/rect.h"

namespace tessera::partition {

/// Inclusive range of a crop's random shift.
struct ShiftRange {
  int low = 0;
  int high = 0;

  auto operator<=>(const ShiftRange&) const = default;
};

/// Crops along one axis of a token grid.
struct CropAxis {
  int length = 0;  ///< tokens of the axis
  int crop = 0;    ///< tokens of one crop
  int stride = 0;
  int jitter_bound = 0;  ///< J
  std::vector<int> starts;

  bool operator==(const CropAxis&) const = default;
  int count() const { return static_cast<int>(starts.size()); }
  /// {0, 0} for a single crop; edge crops only move outwards: [-J, 0] at the first row, [0, J] at
  /// the last, [-J, J] between.
  ShiftRange shift_range(int index) const;
};

/// Product of two axes, row-major.
struct CropGrid {
  CropAxis rows;
  CropAxis cols;

  bool operator==(const CropGrid&) const = default;
  int count() const { return rows.count() * cols.count(); }
  Rect window(int index) const;  ///< without shift
};

/// One axis of `paper` mode (docs/algorithms.md, "Crops"): stride max(1, floor(a / 2)),
/// J = floor(a * jitter_fraction), one crop [0, len) when len <= a, else ceil((len - a) / b) + 1
/// crops with start_j = min(j b, len - a). A single crop has `crop` = len and is never shifted.
/// \param jitter_fraction  `method.crop_jitter`, 0..0.25; 1/8 in the paper.
/// \throws std::invalid_argument if a length is below 1 or the fraction is out of range.
CropAxis paper_crop_axis(int length_tokens, int crop_tokens, double jitter_fraction);

/// Crops of `paper` mode on the token grid of U-Net level `level` (0 = latent): the crop is
/// floor(base / (8 * 2^level)) tokens per axis.
/// \throws std::invalid_argument if the base is smaller than one token of the level.
CropGrid paper_crops(Extent grid, Extent base_image, int level, double jitter_fraction);

/// Crops of `official` mode: the released program's arithmetic in IEEE double, in its order.
/// \param image  stage size in pixels. \param grid  token grid of the level.
/// \param base_px  the program's 1024 (512 for Turbo). Null keys are not part of the grid.
/// \throws std::invalid_argument if a side is below the base or the stride would be 0.
CropGrid official_crops(Extent image, Extent grid, int base_px);

/// How attention over all tokens is computed: at once, or per interleaved phase (fast mode).
enum class GlobalBranch { Dense, Interleaved };

/// Why the released program cannot compute a stage of this size, or "" when it can
/// (docs/algorithms.md, "Accepted sizes"). Stages >= 1 only. The text is static and names the rule,
/// not the size.
/// \param dilation_base_px  `method.dilation_base`.
const char* official_rejects(Extent image, int base_px, int dilation_base_px, GlobalBranch branch);

}  // namespace tessera::partition
