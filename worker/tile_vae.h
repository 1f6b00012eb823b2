#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "comm/communicator.h"
#include "partition/extent.h"
#include "partition/row_range.h"
#include "partition/tile_grid.h"

namespace tessera::worker {

/// Tiled autoencoder of the released program (`official` mode): tiles are coded independently and
/// blended over a quarter of their side. Which rank codes a tile never changes the result.
///
/// Tiles are dealt over all ranks of `comm` in contiguous row-major runs. Steps: rows of the input
/// travel to the tiles' owners; every owner codes its tiles; tiles are blended in row-major order,
/// each first with the already blended tile above, then with the one to the left, whose edges are
/// sent by their owners; the kept parts travel to the owners of the output rows.
class TileVae {
 public:
  /// Codes one tile: [1, C_in, rows, cols] -> [1, C_out, rows', cols'].
  using CodeTile = std::function<at::Tensor(const at::Tensor& tile)>;

  /// \param input, output  the same tiles in the space that is read and the space that is written.
  TileVae(comm::Communicator& comm, partition::TileGrid input, partition::TileGrid output);

  /// All ranks. \param x  the rank's rows of the input; \param input_rows, output_rows  rows per
  /// rank, empty where a rank holds none. \param channels  C_out.
  /// \return the rank's rows of the output, [1, C_out, rows, cols], channels-last.
  at::Tensor run(const at::Tensor& x, const std::vector<partition::RowRange>& input_rows,
                 const std::vector<partition::RowRange>& output_rows, int channels,
                 const CodeTile& code);

 private:
  /// A part of a blended tile on its way to the rank that holds the rows.
  struct Piece {
    int peer = 0;
    partition::Rect where;  ///< on the output canvas
    at::Tensor values;
  };

  int owner(int tile) const;
  partition::TileRun run_of(int rank) const;
  partition::Tile input_tile(int tile) const;
  partition::Tile output_tile(int tile) const;
  std::vector<at::Tensor> code_own_tiles(const at::Tensor& x,
                                         const std::vector<partition::RowRange>& input_rows,
                                         const CodeTile& code);
  void blend_tile(int tile, std::vector<at::Tensor>& tiles);
  at::Tensor fetch_edge(int from_tile, int to_tile, std::int64_t dim,
                        const std::vector<at::Tensor>& tiles);
  std::vector<Piece> pieces_to_give(const std::vector<at::Tensor>& tiles,
                                    const std::vector<partition::RowRange>& output_rows) const;
  std::vector<Piece> pieces_to_get(partition::RowRange own, const at::Tensor& like) const;
  at::Tensor assemble(const std::vector<at::Tensor>& tiles,
                      const std::vector<partition::RowRange>& output_rows, const at::Tensor& like);
  static void place(const Piece& piece, partition::RowRange own, at::Tensor& result);

  comm::Communicator* comm_;
  partition::TileGrid input_;
  partition::TileGrid output_;
  int channels_ = 0;
};

}  // namespace tessera::worker
