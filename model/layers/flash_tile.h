#pragma once

#include <cstdint>

namespace tessera::model {

/// Queries of one tile (a multiple of 6 and of 3, the rows of the two kernels) and keys of one block.
/// Measured with D = 32 on a Zen core: 24 x 128 is 5 % faster than 48 x 64 and 8 % than 96 x 64.
inline constexpr std::int64_t kTileQueries = 24;
inline constexpr std::int64_t kBlockKeys = 128;
/// Keys come in groups of this many lanes; the last group of a head is padded with zero keys.
inline constexpr std::int64_t kKeyLanes = 16;

/// Keys and values of one head, packed for flash_tile.
struct PackedHead {
  const float* keys = nullptr;    ///< per block: [D][block keys], block keys a multiple of 16
  const float* values = nullptr;  ///< [keys, padded][D]
  std::int64_t key_count = 0;
  std::int64_t width = 0;  ///< D
};

/// Scratch of one thread: sizes in floats.
struct TileScratch {
  float* queries = nullptr;  ///< kTileQueries x D, scaled; rows beyond the last query are zero
  float* scores = nullptr;   ///< kTileQueries x kBlockKeys
  float* output = nullptr;   ///< kTileQueries x D, written: normalised head outputs
  float* lse = nullptr;      ///< kTileQueries, written
};

/// Attention of one tile of queries over one head.
void flash_tile(const PackedHead& head, const TileScratch& scratch);

}  // namespace tessera::model
