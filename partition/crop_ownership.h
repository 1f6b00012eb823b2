#pragma once

#include <span>
#include <vector>

#include "partition/crop_grid.h"
#include "partition/crop_jitter.h"
#include "partition/rect.h"

namespace tessera::partition {

/// One crop as one strip sees it.
struct CropShare {
  int crop = 0;            ///< index in the grid, row-major
  Rect window;             ///< shifted and clipped to the canvas: the keys
  RowRange query_rows;     ///< window rows that the strip owns: the queries
  int outside_tokens = 0;  ///< tokens of the unclipped crop that lie outside the canvas (null keys)

  auto operator<=>(const CropShare&) const = default;
};

/// The crops that intersect `own_rows`, in row-major crop order (the order in which their results
/// are summed, for every strip count).
/// \throws std::invalid_argument unless there is one shift per crop.
std::vector<CropShare> crops_of_strip(const CropGrid& grid, std::span<const CropShift> shifts,
                                      RowRange own_rows);

}  // namespace tessera::partition
