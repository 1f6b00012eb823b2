// The autoencoder in strips and in tiles, for every number of ranks.
#include <ATen/ATen.h>

#include <array>

#include "model/whole_image_ops.h"
#include "tests/worker/rank_scenario.h"
#include "tests/worker/spatial/strip_scene.h"
#include "tests/worker/tiny_task.h"
#include "worker/model_set.h"
#include "worker/strip_vae.h"
#include "worker/tile_vae.h"

namespace tessera::testing {
namespace {

using partition::RowRange;

void full_frame_equals_one_strip(comm::Communicator& world) {
  const auto models = worker::load_model_set({parity_model_directory(), "", "", {}});
  const StripScene scene(world, {32, 8});
  // One map at a time, as the worker codes them: a ramp, and a hot row (at a boundary, if any).
  const at::Tensor latents = structured_maps(scene.strips(), 4, scene.latent());
  for (const std::int64_t index : {std::int64_t{0}, latents.size(0) - 1}) {
    const at::Tensor latent = latents.narrow(0, index, 1);
    const at::Tensor image = worker::decode_strip(models->decoder, scene.whole(), latent);
    expect_same_bits(worker::decode_strip(models->decoder, scene.strips(), scene.strip_of(latent)),
                     scene.strip_of(image), "decoded map " + std::to_string(index));
    expect_same_bits(worker::encode_strip(models->encoder, scene.strips(), scene.strip_of(image)),
                     scene.strip_of(worker::encode_strip(models->encoder, scene.whole(), image)),
                     "encoded map " + std::to_string(index));
  }
}

/// A stand-in for a decoder that tells tiles apart: enlarged values plus the place in the tile.
at::Tensor enlarge_tile(const at::Tensor& tile) {
  const at::Tensor high = at::upsample_nearest2d(tile, {tile.size(2) * 2, tile.size(3) * 2});
  const at::Tensor place = at::arange(high.size(2), at::kFloat).view({1, 1, -1, 1}) * 0.01 +
                           at::arange(high.size(3), at::kFloat).view({1, 1, 1, -1}) * 0.02;
  return high.narrow(1, 0, 3) * (1.0 + place);
}

/// The released program's tiling on one process: code all tiles, blend down, blend right, cut,
/// join.
class LiteralTiles {
 public:
  LiteralTiles(const at::Tensor& input, partition::Extent canvas, int side) {
    const int stride = side / 4 * 3;
    for (int row = 0; row < canvas.rows; row += stride) {
      tiles_.emplace_back();
      for (int col = 0; col < canvas.cols; col += stride) {
        const at::Tensor tile = input.slice(2, row, row + side).slice(3, col, col + side);
        tiles_.back().push_back(enlarge_tile(tile));
      }
    }
    kept_ = stride * 2;
    extent_ = side * 2 - kept_;
  }

  at::Tensor joined() {
    std::vector<at::Tensor> rows;
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
      std::vector<at::Tensor> row;
      for (std::size_t j = 0; j < tiles_[i].size(); ++j) {
        if (i > 0) blend(tiles_[i - 1][j], tiles_[i][j], 2);
        if (j > 0) blend(tiles_[i][j - 1], tiles_[i][j], 3);
        row.push_back(tiles_[i][j].slice(2, 0, kept_).slice(3, 0, kept_));
      }
      rows.push_back(at::cat(row, 3));
    }
    return at::cat(rows, 2);
  }

 private:
  void blend(const at::Tensor& before, at::Tensor& tile, std::int64_t dim) const {
    const std::int64_t extent = std::min({before.size(dim), tile.size(dim), extent_});
    for (std::int64_t y = 0; y < extent; ++y) {
      const double share = static_cast<double>(y) / static_cast<double>(extent);
      const at::Tensor old = before.select(dim, before.size(dim) - extent + y);
      tile.select(dim, y).copy_(old * (1 - share) + tile.select(dim, y) * share);
    }
  }

  std::vector<std::vector<at::Tensor>> tiles_;
  std::int64_t kept_ = 0;
  std::int64_t extent_ = 0;
};

/// Input rows lie in strips; output rows in reverse order of ranks, none on rank 1.
void tiles_equal_the_released_program(comm::Communicator& world) {
  const int side = 16;
  const partition::Extent canvas{56, 40};  // 5 x 4 tiles, the last ones cut
  const partition::Extent output{112, 80};
  const at::Tensor map = wave({1, 4, canvas.rows, canvas.cols}, 5, 1.0);
  std::vector<RowRange> input_rows;
  std::vector<RowRange> output_rows;
  const int holders = world.size() == 1 ? 1 : world.size() - 1;
  for (int rank = 0; rank < world.size(); ++rank) {
    input_rows.push_back(
        {rank * canvas.rows / world.size(), (rank + 1) * canvas.rows / world.size()});
    const int place = holders - 1 - (rank > 1 ? rank - 1 : rank);
    output_rows.push_back(
        rank == 1 ? RowRange{}
                  : RowRange{place * output.rows / holders, (place + 1) * output.rows / holders});
  }
  const auto me = static_cast<std::size_t>(world.rank());
  worker::TileVae tiles(world, {canvas, side}, {output, side * 2});
  const at::Tensor own = map.narrow(2, input_rows[me].begin, input_rows[me].rows()).contiguous();
  const at::Tensor coded = tiles.run(own, input_rows, output_rows, 3, enlarge_tile);
  const at::Tensor literal = LiteralTiles(map, canvas, side).joined();
  ASSERT_EQ(coded.size(2), output_rows[me].rows());
  if (coded.numel() == 0) return;
  EXPECT_LE(
      relative_difference(coded, literal.narrow(2, output_rows[me].begin, output_rows[me].rows())),
      1e-6);
  comm::SoloCommunicator solo;
  worker::TileVae alone(solo, {canvas, side}, {output, side * 2});
  const at::Tensor whole = alone.run(map, {{0, canvas.rows}}, {{0, output.rows}}, 3, enlarge_tile);
  expect_same_bits(coded, whole.narrow(2, output_rows[me].begin, output_rows[me].rows()), "tiles");
}

constexpr std::array kFullFrame{
    RankScenario{"FullFrameEqualsOneStrip", full_frame_equals_one_strip},
};
constexpr std::array kTiles{
    RankScenario{"TilesEqualTheReleasedProgram", tiles_equal_the_released_program},
};

}  // namespace

std::span<const RankScenario> full_frame_scenarios() { return kFullFrame; }
std::span<const RankScenario> tile_scenarios() { return kTiles; }

}  // namespace tessera::testing
