#include "worker/tile_vae.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "worker/spatial/row_exchange.h"
#include "worker/spatial/tensor_bytes.h"

namespace tessera::worker {

using partition::Rect;
using partition::RowRange;

namespace {

constexpr std::int64_t kRowDim = 2;
constexpr std::int64_t kColDim = 3;

/// new[y] = old[n - e + y] (1 - y / e) + new[y] y / e over the first e entries of `dim`.
void blend_edge(at::Tensor& tile, const at::Tensor& edge, std::int64_t dim) {
  const std::int64_t extent = edge.size(dim);
  std::vector<std::int64_t> shape(4, 1);
  shape[static_cast<std::size_t>(dim)] = extent;
  const at::Tensor weight =
      (at::arange(extent, edge.options()) / static_cast<double>(extent)).view(shape);
  at::Tensor zone = tile.narrow(dim, 0, extent);
  zone.copy_(edge * (1 - weight) + zone * weight);
}

}  // namespace

TileVae::TileVae(comm::Communicator& comm, partition::TileGrid input, partition::TileGrid output)
    : comm_(&comm), input_(std::move(input)), output_(std::move(output)) {}

partition::TileRun TileVae::run_of(int rank) const {
  return partition::tiles_of_owner(input_.count(), rank, comm_->size());
}

int TileVae::owner(int tile) const {
  int rank = 0;
  while (run_of(rank).end <= tile) ++rank;
  return rank;
}

partition::Tile TileVae::input_tile(int tile) const {
  return input_.tile(tile / input_.tile_cols(), tile % input_.tile_cols());
}

partition::Tile TileVae::output_tile(int tile) const {
  return output_.tile(tile / output_.tile_cols(), tile % output_.tile_cols());
}

std::vector<at::Tensor> TileVae::code_own_tiles(const at::Tensor& x,
                                                const std::vector<RowRange>& input_rows,
                                                const CodeTile& code) {
  std::vector<RowRange> wanted;
  for (int rank = 0; rank < comm_->size(); ++rank) {
    const partition::TileRun run = run_of(rank);
    wanted.push_back(run.begin == run.end ? RowRange{}
                                          : RowRange{input_tile(run.begin).input.row_begin,
                                                     input_tile(run.end - 1).input.row_end});
  }
  const at::Tensor held = redistribute_rows(*comm_, x, input_rows, wanted);
  const int first = wanted[static_cast<std::size_t>(comm_->rank())].begin;
  const partition::TileRun mine = run_of(comm_->rank());
  std::vector<at::Tensor> tiles(static_cast<std::size_t>(input_.count()));
  for (int tile = mine.begin; tile < mine.end; ++tile) {
    const Rect rect = input_tile(tile).input;
    tiles[static_cast<std::size_t>(tile)] =
        code(held.narrow(kRowDim, rect.row_begin - first, rect.rows())
                 .narrow(kColDim, rect.col_begin, rect.cols()))
            .contiguous();
  }
  return tiles;
}

/// The last rows (or columns) of `from_tile` that overlap `to_tile`, on the owner of `to_tile`.
at::Tensor TileVae::fetch_edge(int from_tile, int to_tile, std::int64_t dim,
                               const std::vector<at::Tensor>& tiles) {
  const Rect from = output_tile(from_tile).input;
  const Rect to = output_tile(to_tile).input;
  const bool rows = dim == kRowDim;
  const int extent = std::min(
      {rows ? from.rows() : from.cols(), rows ? to.rows() : to.cols(), output_.blend_extent()});
  const int sender = owner(from_tile);
  const int receiver = owner(to_tile);
  const int me = comm_->rank();
  std::vector<comm::Send> sends;
  std::vector<comm::Receive> receives;
  at::Tensor edge;
  if (me == sender) {
    const at::Tensor& tile = tiles[static_cast<std::size_t>(from_tile)];
    edge = tile.narrow(dim, tile.size(dim) - extent, extent).contiguous();
    if (receiver != me) sends.push_back({receiver, bytes_of(edge)});
  } else if (me == receiver) {
    const at::Tensor& tile = tiles[static_cast<std::size_t>(to_tile)];
    edge = rows ? at::empty({1, channels_, extent, from.cols()}, tile.options())
                : at::empty({1, channels_, from.rows(), extent}, tile.options());
    receives.push_back({sender, mutable_bytes_of(edge)});
  }
  if (comm_->size() > 1) comm_->exchange(sends, receives);
  return edge;
}

void TileVae::blend_tile(int tile, std::vector<at::Tensor>& tiles) {
  const bool mine = owner(tile) == comm_->rank();
  if (tile >= output_.tile_cols()) {
    const at::Tensor edge = fetch_edge(tile - output_.tile_cols(), tile, kRowDim, tiles);
    if (mine) blend_edge(tiles[static_cast<std::size_t>(tile)], edge, kRowDim);
  }
  if (tile % output_.tile_cols() > 0) {
    const at::Tensor edge = fetch_edge(tile - 1, tile, kColDim, tiles);
    if (mine) blend_edge(tiles[static_cast<std::size_t>(tile)], edge, kColDim);
  }
}

std::vector<TileVae::Piece> TileVae::pieces_to_give(
    const std::vector<at::Tensor>& tiles, const std::vector<RowRange>& output_rows) const {
  std::vector<Piece> pieces;
  const partition::TileRun mine = run_of(comm_->rank());
  for (int tile = mine.begin; tile < mine.end; ++tile) {
    const Rect kept = output_tile(tile).output;
    const int first_row = output_tile(tile).input.row_begin;
    for (int peer = 0; peer < comm_->size(); ++peer) {
      const RowRange rows =
          intersect(kept.row_range(), output_rows[static_cast<std::size_t>(peer)]);
      if (rows.empty()) continue;
      const at::Tensor values = tiles[static_cast<std::size_t>(tile)]
                                    .narrow(kRowDim, rows.begin - first_row, rows.rows())
                                    .narrow(kColDim, 0, kept.cols());
      pieces.push_back(
          {peer, {rows.begin, rows.end, kept.col_begin, kept.col_end}, values.contiguous()});
    }
  }
  return pieces;
}

std::vector<TileVae::Piece> TileVae::pieces_to_get(RowRange own, const at::Tensor& like) const {
  std::vector<Piece> pieces;
  for (int tile = 0; tile < output_.count(); ++tile) {
    const Rect kept = output_tile(tile).output;
    const RowRange rows = intersect(kept.row_range(), own);
    if (rows.empty() || owner(tile) == comm_->rank()) continue;
    pieces.push_back({owner(tile),
                      {rows.begin, rows.end, kept.col_begin, kept.col_end},
                      at::empty({1, channels_, rows.rows(), kept.cols()}, like.options())});
  }
  return pieces;
}

at::Tensor TileVae::assemble(const std::vector<at::Tensor>& tiles,
                             const std::vector<RowRange>& output_rows, const at::Tensor& like) {
  const RowRange own = output_rows[static_cast<std::size_t>(comm_->rank())];
  at::Tensor result = at::empty({1, channels_, own.rows(), output_.canvas().cols}, like.options(),
                                at::MemoryFormat::ChannelsLast);
  const std::vector<Piece> given = pieces_to_give(tiles, output_rows);
  std::vector<Piece> got = pieces_to_get(own, like);
  std::vector<comm::Send> sends;
  std::vector<comm::Receive> receives;
  for (const Piece& piece : given) {
    if (piece.peer == comm_->rank()) {
      place(piece, own, result);
    } else {
      sends.push_back({piece.peer, bytes_of(piece.values)});
    }
  }
  for (Piece& piece : got) receives.push_back({piece.peer, mutable_bytes_of(piece.values)});
  if (comm_->size() > 1) comm_->exchange(sends, receives);
  for (const Piece& piece : got) place(piece, own, result);
  return result;
}

void TileVae::place(const Piece& piece, RowRange own, at::Tensor& result) {
  result.narrow(kRowDim, piece.where.row_begin - own.begin, piece.where.rows())
      .narrow(kColDim, piece.where.col_begin, piece.where.cols())
      .copy_(piece.values);
}

at::Tensor TileVae::run(const at::Tensor& x, const std::vector<RowRange>& input_rows,
                        const std::vector<RowRange>& output_rows, int channels,
                        const CodeTile& code) {
  channels_ = channels;
  std::vector<at::Tensor> tiles = code_own_tiles(x, input_rows, code);
  for (int tile = 0; tile < output_.count(); ++tile) blend_tile(tile, tiles);
  return assemble(tiles, output_rows, x);
}

}  // namespace tessera::worker
