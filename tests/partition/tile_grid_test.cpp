#include "partition/tile_grid.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace tessera::partition {
namespace {

TEST(TileGrid, CountsAndLastTilesMatchTheReleasedProgram) {
  struct Case {
    int image_px;
    int tiles;
    int last_latents;
  };
  for (const Case c : {Case{2048, 3, 64}, Case{4096, 6, 32}, Case{8192, 11, 64}}) {
    SCOPED_TRACE(c.image_px);
    const int latent = c.image_px / 8;
    const TileGrid grid({latent, latent}, 128);
    EXPECT_EQ(grid.tile_rows(), c.tiles);
    EXPECT_EQ(grid.tile_cols(), c.tiles);
    EXPECT_EQ(grid.tile(c.tiles - 1, c.tiles - 1).input.rows(), c.last_latents);
    EXPECT_EQ(TileGrid({c.image_px, c.image_px}, 1024).count(), c.tiles * c.tiles);
  }
}

TEST(TileGrid, TilesOverlapByAQuarterAndKeepThreeQuarters) {
  const TileGrid grid({2048, 2048}, 1024);
  EXPECT_EQ(grid.blend_extent(), 256);
  EXPECT_EQ(grid.tile(0, 1), (Tile{{0, 1024, 768, 1792}, {0, 768, 768, 1536}}));
  EXPECT_EQ(grid.tile(2, 2), (Tile{{1536, 2048, 1536, 2048}, {1536, 2048, 1536, 2048}}));
}

TEST(TileGridProp, OutputsTileTheCanvasAndLieInTheirInputs) {
  for (const Extent canvas : {Extent{8, 8}, Extent{64, 64}, Extent{104, 144}, Extent{33, 97}}) {
    const TileGrid grid(canvas, 32);
    std::int64_t area = 0;
    for (int row = 0; row < grid.tile_rows(); ++row) {
      for (int col = 0; col < grid.tile_cols(); ++col) {
        const Tile tile = grid.tile(row, col);
        ASSERT_FALSE(tile.output.empty());
        ASSERT_EQ(tile.output.row_begin, row * 24);
        ASSERT_EQ(tile.output.col_begin, col * 24);
        ASSERT_TRUE(tile.input.row_range().contains(tile.output.row_range()));
        ASSERT_GE(tile.input.col_end, tile.output.col_end);
        area += static_cast<std::int64_t>(tile.output.rows()) * tile.output.cols();
      }
    }
    ASSERT_EQ(area, canvas.area());
    ASSERT_EQ(grid.tile(grid.tile_rows() - 1, grid.tile_cols() - 1).output.row_end, canvas.rows);
  }
}

TEST(TileGrid, RejectsImpossibleTiles) {
  EXPECT_THROW(TileGrid({64, 64}, 0), std::invalid_argument);
  EXPECT_THROW(TileGrid({64, 64}, 30), std::invalid_argument);
  EXPECT_THROW(TileGrid({0, 64}, 32), std::invalid_argument);
  EXPECT_THROW(TileGrid({64, 64}, 32).tile(3, 0), std::invalid_argument);
  EXPECT_THROW(TileGrid({64, 64}, 32).tile(0, -1), std::invalid_argument);
}

TEST(TileGrid, TilingIsNeededOnlyBeyondOneTile) {
  EXPECT_FALSE(needs_tiles({1024, 1024}, 1024));
  EXPECT_TRUE(needs_tiles({1024, 1088}, 1024));
  EXPECT_TRUE(needs_tiles({1088, 64}, 1024));
}

TEST(TileRunProp, OwnersHoldContiguousRunsThatDifferByOneAtMost) {
  for (const int count : {0, 1, 9, 36, 121}) {
    for (int owners = 1; owners <= 70; ++owners) {
      int next = 0;
      for (int owner = 0; owner < owners; ++owner) {
        const TileRun run = tiles_of_owner(count, owner, owners);
        ASSERT_EQ(run.begin, next);
        ASSERT_LE(run.end - run.begin, count / owners + 1);
        ASSERT_GE(run.end - run.begin, count / owners);
        next = run.end;
      }
      ASSERT_EQ(next, count);
    }
  }
  EXPECT_THROW(tiles_of_owner(9, 2, 2), std::invalid_argument);
  EXPECT_THROW(tiles_of_owner(9, 0, 0), std::invalid_argument);
}

}  // namespace
}  // namespace tessera::partition
