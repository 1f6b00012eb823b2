#include "partition/tile_grid.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "partition/size_text.h"

namespace tessera::partition {

TileGrid::TileGrid(Extent canvas, int tile_side)
    : canvas_(canvas), side_(tile_side), stride_(tile_side / 4 * 3) {
  if (canvas.rows < 1 || canvas.cols < 1 || tile_side < 4 || tile_side % 4 != 0) {
    throw std::invalid_argument("tile grid: tiles of " + std::to_string(tile_side) +
                                " on a canvas of " + size_text(canvas) +
                                "; the tile side must be a positive multiple of 4");
  }
  tile_rows_ = (canvas.rows + stride_ - 1) / stride_;
  tile_cols_ = (canvas.cols + stride_ - 1) / stride_;
}

Tile TileGrid::tile(int row, int col) const {
  if (row < 0 || row >= tile_rows_ || col < 0 || col >= tile_cols_) {
    throw std::invalid_argument("tile grid: tile (" + std::to_string(row) + ", " +
                                std::to_string(col) + ") of " + std::to_string(tile_rows_) + "x" +
                                std::to_string(tile_cols_));
  }
  const int top = row * stride_;
  const int left = col * stride_;
  return {
      {top, std::min(top + side_, canvas_.rows), left, std::min(left + side_, canvas_.cols)},
      {top, std::min(top + stride_, canvas_.rows), left, std::min(left + stride_, canvas_.cols)}};
}

TileRun tiles_of_owner(int tile_count, int owner, int owners) {
  if (tile_count < 0 || owners < 1 || owner < 0 || owner >= owners) {
    throw std::invalid_argument("tiles: owner " + std::to_string(owner) + " of " +
                                std::to_string(owners) + " for " + std::to_string(tile_count) +
                                " tiles");
  }
  const std::int64_t count = tile_count;
  return {static_cast<int>(owner * count / owners), static_cast<int>((owner + 1) * count / owners)};
}

bool needs_tiles(Extent canvas, int tile_side) {
  return canvas.rows > tile_side || canvas.cols > tile_side;
}

}  // namespace tessera::partition
