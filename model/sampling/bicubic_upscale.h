#pragma once

#include <ATen/core/Tensor.h>

#include "partition/extent.h"
#include "partition/row_range.h"

namespace tessera::model {

/// Source rows that the bicubic taps of `target_rows` touch. Pure; empty for no target rows.
partition::RowRange bicubic_source_rows(partition::RowRange target_rows, int source_rows_total,
                                        int target_rows_total);

/// Rows `target_rows` of the bicubic resize of a map from `source` to `target` (any ratio per
/// axis).
///
/// a = -0.75, half-pixel centres, border-clamped indices, no antialias (torch's
/// upsample_bicubic2d, align_corners false): src = (dst + 0.5) in/out - 0.5; taps at distance
/// y = 1+f, f, 1-f, 2-f with weight (a+2) y^3 - (a+3) y^2 + 1 for y <= 1 and
/// a y^3 - 5 a y^2 + 8 a y - 4 a beyond. Positions are exact rationals, weights are rounded to fp32
/// once. Separable: rows first, then columns; every product and sum is rounded by itself, so bits
/// depend neither on the strip nor on the thread count.
/// \param x_BCHW            the held source rows, fp32.
/// \param held_source_rows  which rows of the source those are; must contain
///                          bicubic_source_rows(target_rows, ...).
/// \returns [B, C, target_rows.rows(), target.cols], contiguous.
/// \throws std::invalid_argument if held rows are missing or the shape is not as stated.
at::Tensor bicubic_rows(const at::Tensor& x_BCHW, partition::RowRange held_source_rows,
                        partition::Extent source, partition::RowRange target_rows,
                        partition::Extent target);

}  // namespace tessera::model
