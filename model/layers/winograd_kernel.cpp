// Compiled with contraction to fused multiply-adds (CMakeLists.txt); one clone per instruction set.

#include "model/layers/winograd_kernel.h"

#include "model/layers/lanes.h"
#include "model/layers/panel_product.h"

namespace tessera::model {
namespace {

static_assert(kTileQuantum % kProductRows == 0 && kPanelChannels == kPanelColumns);

#define TESSERA_INLINE __attribute__((always_inline)) inline

/// B^T d along one axis.
TESSERA_INLINE void transform_input(const Lanes d[4], Lanes to[4]) {
  to[0] = d[0] - d[2];
  to[1] = d[1] + d[2];
  to[2] = d[2] - d[1];
  to[3] = d[1] - d[3];
}

/// B^T d B of eight channels of one tile; `to` has one frequency every `stride` floats.
TESSERA_INLINE void transform_tile(const float* tile, std::int64_t row_floats,
                                   std::int64_t pixel_floats, float* to, std::int64_t stride) {
  Lanes rows[4][4];  // [column][transformed row]
#pragma GCC unroll 4
  for (int col = 0; col < 4; ++col) {
    Lanes d[4];
#pragma GCC unroll 4
    for (int row = 0; row < 4; ++row) d[row] = load(tile + row * row_floats + col * pixel_floats);
    transform_input(d, rows[col]);
  }
#pragma GCC unroll 4
  for (int row = 0; row < 4; ++row) {
    const Lanes d[4] = {rows[0][row], rows[1][row], rows[2][row], rows[3][row]};
    Lanes both[4];
    transform_input(d, both);
#pragma GCC unroll 4
    for (int col = 0; col < 4; ++col) store(to + (row * 4 + col) * stride, both[col]);
  }
}

/// A^T M A of eight channels of one tile. \param to  [row][column]
TESSERA_INLINE void transform_output(const float* products, std::int64_t stride, Lanes bias,
                                     Lanes to[2][2]) {
  Lanes rows[2][4];
#pragma GCC unroll 4
  for (int col = 0; col < 4; ++col) {
    const Lanes m1 = load(products + (4 + col) * stride);
    const Lanes m2 = load(products + (8 + col) * stride);
    rows[0][col] = load(products + col * stride) + m1 + m2;
    rows[1][col] = m1 - m2 - load(products + (12 + col) * stride);
  }
#pragma GCC unroll 2
  for (int row = 0; row < 2; ++row) {
    to[row][0] = rows[row][0] + rows[row][1] + rows[row][2] + bias;
    to[row][1] = rows[row][1] - rows[row][2] - rows[row][3] + bias;
  }
}

TESSERA_INLINE void store_tile(const WinogradTarget& target, std::int64_t out, std::int64_t row,
                               std::int64_t col, std::int64_t c, const Lanes pixels[2][2]) {
#pragma GCC unroll 2
  for (int i = 0; i < 2; ++i) {
    if (row + i < 0 || row + i >= target.rows) continue;
#pragma GCC unroll 2
    for (int j = 0; j < 2; ++j) {
      if (col + j >= target.cols) continue;
      const std::int64_t at = ((row + i) * target.cols + col + j) * out + c;
      const Lanes value =
          target.residual == nullptr ? pixels[i][j] : pixels[i][j] + load(target.residual + at);
      store(target.pixels + at, value);
    }
  }
}

}  // namespace

__attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"))) void winograd_block(
    const WinogradBand& band, std::int64_t first, std::int64_t count,
    const WinogradScratch& scratch, const WinogradTarget& target) {
  const std::int64_t row_floats = (2 * band.tile_cols + 2) * band.in;
  const std::int64_t padded_out = padded_channels(band.out);
  const std::int64_t in_stride = band.block_tiles * band.in;
  const std::int64_t out_stride = band.block_tiles * padded_out;
  for (std::int64_t k = 0; k < count; ++k) {
    const std::int64_t row = (first + k) / band.tile_cols;
    const std::int64_t col = (first + k) % band.tile_cols;
    const float* const tile = band.input + 2 * row * row_floats + 2 * col * band.in;
    for (std::int64_t c = 0; c < band.in; c += kLanes) {
      transform_tile(tile + c, row_floats, band.in, scratch.transformed + k * band.in + c,
                     in_stride);
    }
  }
  for (std::int64_t f = 0; f < kFrequencies; ++f) {
    const float* const tiles = scratch.transformed + f * in_stride;
    float* const products = scratch.products + f * out_stride;
    for (std::int64_t c = 0; c < padded_out; c += kPanelChannels) {
      const float* const panel = band.weights + (f * padded_out + c) * band.in;
      for (std::int64_t k = 0; k < count; k += kProductRows) {
        multiply_6x16(tiles + k * band.in, band.in, panel, products + k * padded_out + c,
                      padded_out);
      }
    }
  }
  for (std::int64_t k = 0; k < count; ++k) {
    const std::int64_t row = 2 * ((first + k) / band.tile_cols) - target.skipped;
    const std::int64_t col = 2 * ((first + k) % band.tile_cols);
    for (std::int64_t c = 0; c < band.out; c += kLanes) {
      Lanes pixels[2][2];
      transform_output(scratch.products + k * padded_out + c, out_stride, load(band.bias + c),
                       pixels);
      store_tile(target, band.out, row, col, c, pixels);
    }
  }
}

}  // namespace tessera::model
