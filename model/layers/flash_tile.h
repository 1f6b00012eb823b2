#pragma once

#include <cstdint>

namespace tessera::model {

/// Queries of one tile (a multiple of 6, the rows of both kernels) and keys of one
/// block. Measured with D = 32 on a Zen core: 24 x 128 is 5 % faster than 48 x 64 and 8 % than 96
/// x 64.
inline constexpr std::int64_t kTileQueries = 24;
inline constexpr std::int64_t kBlockKeys = 128;
/// Keys come in panels of this many; the last panel of a head is padded with zero keys.
inline constexpr std::int64_t kKeyLanes = 16;

/// `keys` rounded up to whole panels.
constexpr std::int64_t padded_keys(std::int64_t keys) {
  return (keys + kKeyLanes - 1) / kKeyLanes * kKeyLanes;
}

/// Columns of the panel of values that begins at column `d` of `width`: 16 while they last, then 8.
/// Six queries x two vectors of columns use all of AVX2's registers (10 % faster than 3 x 4).
constexpr std::int64_t value_panel(std::int64_t d, std::int64_t width) {
  return width - d >= 16 ? 16 : 8;
}

/// Keys and values of one head, packed for flash_tile.
struct PackedHead {
  const float* keys = nullptr;    ///< per panel of 16 keys: [D][16]
  const float* values = nullptr;  ///< per panel of columns at d: [padded keys][value_panel(d, D)]
  std::int64_t key_count = 0;
  std::int64_t width = 0;  ///< D
};

/// Scratch of one thread: sizes in floats.
struct TileScratch {
  float* queries = nullptr;  ///< kTileQueries x D, times log2(e) / sqrt(D); unused rows are zero
  float* scores = nullptr;   ///< kTileQueries x kBlockKeys
  float* output = nullptr;   ///< kTileQueries x D, written: normalised head outputs
  float* lse = nullptr;      ///< kTileQueries, written
};

/// Attention of one tile of queries over one head.
void flash_tile(const PackedHead& head, const TileScratch& scratch);

}  // namespace tessera::model
