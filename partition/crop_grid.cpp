#include "partition/crop_grid.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "partition/interleave.h"
#include "partition/size_text.h"

namespace tessera::partition {
namespace {

/// Starts 0, b, 2b, ... with the last ones drawn back to `length - crop`, never below 0.
std::vector<int> starts_of(int count, int stride, int length, int crop) {
  std::vector<int> starts;
  starts.reserve(static_cast<std::size_t>(count));
  for (int j = 0; j < count; ++j) {
    starts.push_back(std::max(0, std::min(j * stride, length - crop)));
  }
  return starts;
}

/// The released program's window in latents and its scale, shared by both axes.
struct OfficialScale {
  int n_rows = 0;      ///< n_h = floor(H / U)
  int n_cols = 0;      ///< n_w = floor(W / U)
  double ratio = 0.0;  ///< r = n_h / n_w
  int window_rows = 0;
  int window_cols = 0;
};

OfficialScale official_scale(Extent image, int base_px) {
  OfficialScale scale;
  scale.n_rows = image.rows / base_px;
  scale.n_cols = image.cols / base_px;
  scale.ratio = static_cast<double>(scale.n_rows) / scale.n_cols;
  const int side = base_px / 8;
  const bool tall = scale.ratio > 1;
  scale.window_rows = tall ? side : static_cast<int>(side * scale.ratio);
  scale.window_cols = tall ? static_cast<int>(side / scale.ratio) : side;
  return scale;
}

CropAxis official_axis(int length, int window, double scale) {
  CropAxis axis;
  axis.length = length;
  axis.crop = static_cast<int>(std::floor(window / scale));
  axis.stride = static_cast<int>(std::floor((window / 2) / scale));
  axis.jitter_bound = axis.crop / 8;
  int count = 1;
  if (length > axis.crop) {
    if (axis.stride < 1) {
      throw std::invalid_argument("official crops: the stride of " + std::to_string(length) +
                                  " tokens is 0; the released program cannot compute this size");
    }
    const double gaps = static_cast<double>(length - axis.crop) / axis.stride;
    count = static_cast<int>(gaps - 1e-6) + 2;
  }
  axis.starts = starts_of(count, axis.stride, length, axis.crop);
  return axis;
}

/// The levels of an SDXL-format network that have self-attention.
constexpr int kOfficialLevels[] = {1, 2};

Extent level_grid(Extent image, int level) {
  return {image.rows / (8 << level), image.cols / (8 << level)};
}

/// The grid that the released program derives from the token count: floor(sqrt(S r)), floor(h / r).
Extent derived_grid(Extent grid, double ratio) {
  const int rows = static_cast<int>(std::sqrt(static_cast<double>(grid.area()) * ratio));
  return {rows, static_cast<int>(rows / ratio)};
}

bool every_phase_is_square(Extent grid, const OfficialScale& scale) {
  for (int p = 0; p < scale.n_rows; ++p) {
    for (int q = 0; q < scale.n_cols; ++q) {
      if (phase_length(grid.rows, p, scale.n_rows) != phase_length(grid.cols, q, scale.n_cols)) {
        return false;
      }
    }
  }
  return true;
}

const char* official_rejects_level(Extent grid, Extent image, int base_px, GlobalBranch branch) {
  const OfficialScale scale = official_scale(image, base_px);
  if (derived_grid(grid, scale.ratio) != grid) {
    return "the released program derives another token grid from the token count (rounding)";
  }
  const CropGrid crops = official_crops(image, grid, base_px);
  if (crops.rows.jitter_bound < 1 || crops.cols.jitter_bound < 1) {
    return "the crops are too thin for jitter: a side has fewer than 8 tokens (take an aspect "
           "nearer to 1:1)";
  }
  if (branch == GlobalBranch::Interleaved && !every_phase_is_square(grid, scale)) {
    return "fast mode of the released program needs square interleaved sub-grids";
  }
  return "";
}

}  // namespace

ShiftRange CropAxis::shift_range(int index) const {
  const int start = starts.at(static_cast<std::size_t>(index));
  if (count() == 1) {
    return {};
  }
  return {start + crop == length ? 0 : -jitter_bound, start == 0 ? 0 : jitter_bound};
}

Rect CropGrid::window(int index) const {
  const int row = rows.starts.at(static_cast<std::size_t>(index / cols.count()));
  const int col = cols.starts.at(static_cast<std::size_t>(index % cols.count()));
  return {row, row + rows.crop, col, col + cols.crop};
}

CropAxis paper_crop_axis(int length_tokens, int crop_tokens, double jitter_fraction) {
  if (length_tokens < 1 || crop_tokens < 1) {
    throw std::invalid_argument("crops: " + std::to_string(length_tokens) + " tokens in crops of " +
                                std::to_string(crop_tokens) + "; both must be at least 1");
  }
  if (!(jitter_fraction >= 0.0 && jitter_fraction <= 0.25)) {
    throw std::invalid_argument("crops: jitter fraction " + std::to_string(jitter_fraction) +
                                " is outside 0..0.25 (method.crop_jitter)");
  }
  CropAxis axis;
  axis.length = length_tokens;
  axis.crop = std::min(crop_tokens, length_tokens);
  axis.stride = std::max(1, crop_tokens / 2);
  axis.jitter_bound = static_cast<int>(crop_tokens * jitter_fraction);
  const int rest = length_tokens - axis.crop;
  const int count = rest == 0 ? 1 : (rest + axis.stride - 1) / axis.stride + 1;
  axis.starts = starts_of(count, axis.stride, length_tokens, axis.crop);
  return axis;
}

CropGrid paper_crops(Extent grid, Extent base_image, int level, double jitter_fraction) {
  if (level < 0 || level > 8) {
    throw std::invalid_argument("crops: level " + std::to_string(level) + " is outside 0..8");
  }
  const int pixels_per_token = 8 << level;
  return {paper_crop_axis(grid.rows, base_image.rows / pixels_per_token, jitter_fraction),
          paper_crop_axis(grid.cols, base_image.cols / pixels_per_token, jitter_fraction)};
}

CropGrid official_crops(Extent image, Extent grid, int base_px) {
  if (base_px < 8 || image.rows < base_px || image.cols < base_px || grid.rows < 1 ||
      grid.cols < 1) {
    throw std::invalid_argument("official crops: stage " + size_text(image) + " px with grid " +
                                size_text(grid) + " is smaller than the base of " +
                                std::to_string(base_px) + " px");
  }
  const OfficialScale official = official_scale(image, base_px);
  // f = M n_h / h: the product is an integer, the quotient an IEEE double; one f for both axes.
  const double scale = static_cast<double>(base_px / 8 * official.n_rows) / grid.rows;
  return {official_axis(grid.rows, official.window_rows, scale),
          official_axis(grid.cols, official.window_cols, scale)};
}

const char* official_rejects(Extent image, int base_px, int dilation_base_px, GlobalBranch branch) {
  if (image.rows % 64 != 0 || image.cols % 64 != 0) {
    return "height and width must be multiples of 64";
  }
  if (base_px < 8 || image.rows < base_px || image.cols < base_px) {
    return "height and width must be at least the base size";
  }
  if (dilation_base_px < 1 || image.cols < dilation_base_px) {
    return "the width is below the dilation base, so the dilation would be 0";
  }
  const std::int64_t n_rows = image.rows / base_px;
  const std::int64_t n_cols = image.cols / base_px;
  if (image.rows * n_cols != image.cols * n_rows) {
    return "the aspect differs from the ratio of the whole scale factors floor(H/base), "
           "floor(W/base)";
  }
  for (const int level : kOfficialLevels) {
    const char* reason = official_rejects_level(level_grid(image, level), image, base_px, branch);
    if (*reason != '\0') {
      return reason;
    }
  }
  return "";
}

}  // namespace tessera::partition
