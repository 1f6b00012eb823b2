#pragma once

#include <cstdint>

namespace tessera::model {

/// F(2x2, 3x3) of Lavin and Gray (arXiv 1509.09308): Y = A^T [(G g G^T) . (B^T d B)] A turns the
/// 36 multiplications of a 2x2 tile of outputs into 16, one matrix product per frequency.
inline constexpr std::int64_t kFrequencies = 16;
/// Blocks of tiles are multiples of this: the rows of the matrix product's register tile.
inline constexpr std::int64_t kTileQuantum = 6;
/// Channels come in whole vectors.
inline constexpr std::int64_t kVectorChannels = 8;
/// Output channels of one panel of weights; the last panel is padded with zeros.
inline constexpr std::int64_t kPanelChannels = 16;

/// A band of rows of one map and the convolution of it.
struct WinogradBand {
  /// [input rows][2 tile_cols + 2][in], zeros included; tile row t reads input rows 2t to 2t + 3.
  const float* input = nullptr;
  std::int64_t tile_cols = 0;
  std::int64_t in = 0;             ///< a multiple of kVectorChannels
  const float* weights = nullptr;  ///< [frequency][panel][in][16]
  const float* bias = nullptr;     ///< [out]
  std::int64_t out = 0;            ///< a multiple of kVectorChannels
  std::int64_t block_tiles = 12;   ///< a multiple of kTileQuantum
};

/// Scratch of one thread, zero at first.
struct WinogradScratch {
  float* transformed = nullptr;  ///< kFrequencies x block_tiles x in
  float* products = nullptr;     ///< kFrequencies x block_tiles x padded out
};

/// Where the band's outputs go: [rows][cols][out].
struct WinogradTarget {
  float* pixels = nullptr;
  const float* residual = nullptr;  ///< added, same layout; may be null
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t skipped = 0;  ///< 1: the first row of tile row 0 is not wanted
};

/// `channels` rounded up to whole panels.
constexpr std::int64_t padded_channels(std::int64_t channels) {
  return (channels + kPanelChannels - 1) / kPanelChannels * kPanelChannels;
}

/// Tiles [first, first + count) in row-major order, count <= block_tiles. The bits of an output
/// pixel depend on its place in the tile and on its nine inputs alone: the first output row of a
/// tile is free of the last input row, the second of the first.
void winograd_block(const WinogradBand& band, std::int64_t first, std::int64_t count,
                    const WinogradScratch& scratch, const WinogradTarget& target);

}  // namespace tessera::model
