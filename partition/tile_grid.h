#pragma once

#include <compare>
#include <span>
#include <vector>

#include "partition/extent.h"
#include "partition/rect.h"

namespace tessera::partition {

/// One tile of the tiled autoencoder, in the space (pixels or latents) of the grid it came from.
struct Tile {
  Rect input;   ///< what is encoded or decoded, cut at the canvas
  Rect output;  ///< the part of the canvas that is kept from the (blended) tile

  auto operator<=>(const Tile&) const = default;
};

/// Overlapping tiles (released program's tiling): side T, stride 3T/4, starts 0, stride, ... while
/// below the length; last tiles are cut; each keeps its first 3T/4 rows and columns.
class TileGrid {
 public:
  TileGrid(Extent canvas, int tile_side);

  Extent canvas() const { return canvas_; }
  int tile_rows() const { return tile_rows_; }
  int tile_cols() const { return tile_cols_; }
  int count() const { return tile_rows_ * tile_cols_; }
  Tile tile(int row, int col) const;
  int blend_extent() const { return side_ - stride_; }

 private:
  Extent canvas_;
  int side_ = 0;
  int stride_ = 0;
  int tile_rows_ = 0;
  int tile_cols_ = 0;
};

/// Tiles dealt row-major in contiguous runs: owner o of n holds [floor(o count / n),
/// floor((o + 1) count / n)).
struct TileRun {
  int begin = 0;
  int end = 0;
  auto operator<=>(const TileRun&) const = default;
};
TileRun tiles_of_owner(int tile_count, int owner, int owners);

/// True when a side is longer than a tile, i.e. when tiling changes anything.
bool needs_tiles(Extent canvas, int tile_side);

}  // namespace tessera::partition
