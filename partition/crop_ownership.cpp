#include "partition/crop_ownership.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace tessera::partition {

std::vector<CropShare> crops_of_strip(const CropGrid& grid, std::span<const CropShift> shifts,
                                      RowRange own_rows) {
  if (shifts.size() != static_cast<std::size_t>(grid.count())) {
    throw std::invalid_argument("crops of a strip: " + std::to_string(shifts.size()) +
                                " shifts for " + std::to_string(grid.count()) + " crops");
  }
  std::vector<CropShare> shares;
  for (int crop = 0; crop < grid.count(); ++crop) {
    const CropShift shift = shifts[static_cast<std::size_t>(crop)];
    const Rect still = grid.window(crop);
    CropShare share;
    share.crop = crop;
    share.window = {std::max(0, still.row_begin + shift.row),
                    std::min(grid.rows.length, still.row_end + shift.row),
                    std::max(0, still.col_begin + shift.col),
                    std::min(grid.cols.length, still.col_end + shift.col)};
    share.query_rows = intersect(share.window.row_range(), own_rows);
    share.outside_tokens =
        grid.rows.crop * grid.cols.crop - share.window.rows() * share.window.cols();
    if (!share.query_rows.empty() && !share.window.empty()) {
      shares.push_back(share);
    }
  }
  return shares;
}

}  // namespace tessera::partition
