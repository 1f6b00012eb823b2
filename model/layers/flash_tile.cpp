// Compiled with contraction to fused multiply-adds (CMakeLists.txt); one clone per instruction set.

#include "model/layers/flash_tile.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "model/layers/lanes.h"
#include "model/layers/panel_product.h"

namespace tessera::model {
namespace {

static_assert(kTileQueries % kProductRows == 0 && kKeyLanes == kPanelColumns);

#define TESSERA_INLINE __attribute__((always_inline)) inline

TESSERA_INLINE float sum_of(Lanes x) {
  x += __builtin_shuffle(x, IntLanes{4, 5, 6, 7, 0, 1, 2, 3});
  x += __builtin_shuffle(x, IntLanes{2, 3, 0, 1, 6, 7, 4, 5});
  return x[0] + x[1];
}

TESSERA_INLINE Lanes maximum_of(Lanes x) {
  x = larger(x, __builtin_shuffle(x, IntLanes{4, 5, 6, 7, 0, 1, 2, 3}));
  x = larger(x, __builtin_shuffle(x, IntLanes{2, 3, 0, 1, 6, 7, 4, 5}));
  return larger(x, __builtin_shuffle(x, IntLanes{1, 0, 3, 2, 5, 4, 7, 6}));
}

/// output[row][0..8 Vectors) += shares[row][key] values[key][...] for six queries.
template <int Vectors>
TESSERA_INLINE void accumulate_6(const float* shares, std::int64_t keys, const float* values,
                                 std::int64_t width, float* output) {
  Lanes sum[6][Vectors];
#pragma GCC unroll 6
  for (int row = 0; row < 6; ++row) {
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) sum[row][v] = load(output + row * width + v * kLanes);
  }
  for (std::int64_t key = 0; key < keys; ++key) {
    Lanes value[Vectors];
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) value[v] = load(values + (key * Vectors + v) * kLanes);
#pragma GCC unroll 6
    for (int row = 0; row < 6; ++row) {
      const float share = shares[row * kBlockKeys + key];
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) sum[row][v] += value[v] * share;
    }
  }
#pragma GCC unroll 6
  for (int row = 0; row < 6; ++row) {
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) store(output + row * width + v * kLanes, sum[row][v]);
  }
}

/// Adds the block's values, weighted by its shares, to the tile's output.
TESSERA_INLINE void accumulate(const PackedHead& head, const TileScratch& scratch,
                               std::int64_t begin, std::int64_t keys) {
  const std::int64_t rows = padded_keys(head.key_count);
  for (std::int64_t d = 0; d < head.width; d += value_panel(d, head.width)) {
    const std::int64_t columns = value_panel(d, head.width);
    const float* const values = head.values + d * rows + begin * columns;
    for (std::int64_t row = 0; row < kTileQueries; row += 6) {
      const float* const shares = scratch.scores + row * kBlockKeys;
      float* const output = scratch.output + row * head.width + d;
      if (columns == 2 * kLanes) {
        accumulate_6<2>(shares, keys, values, head.width, output);
      } else {
        accumulate_6<1>(shares, keys, values, head.width, output);
      }
    }
  }
}

/// Running maximum (in every lane) and sum (over the lanes) of a query.
struct Running {
  Lanes maximum;
  Lanes total;
};

/// Turns one row of scores into shares relative to the running maximum; rescales the row's output.
TESSERA_INLINE void update_row(float* scores, std::int64_t keys, std::int64_t padded, float* output,
                               std::int64_t width, Running& running) {
  for (std::int64_t key = keys; key < padded; ++key) {
    scores[key] = -std::numeric_limits<float>::infinity();
  }
  Lanes highest = running.maximum;
  for (std::int64_t key = 0; key < padded; key += kKeyLanes) {
    highest = larger(highest, larger(load(scores + key), load(scores + key + kLanes)));
  }
  const Lanes raised = maximum_of(highest);
  if (raised[0] != running.maximum[0]) {
    const Lanes shrink = power_of_two(running.maximum - raised);
    for (std::int64_t d = 0; d < width; d += kLanes) store(output + d, load(output + d) * shrink);
    running.total *= shrink;
    running.maximum = raised;
  }
  Lanes sum{};
  for (std::int64_t key = 0; key < padded; key += kLanes) {
    const Lanes share = power_of_two(load(scores + key) - raised);
    store(scores + key, share);
    sum += share;
  }
  running.total += sum;
}

}  // namespace

__attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"))) void flash_tile(
    const PackedHead& head, const TileScratch& scratch) {
  const std::int64_t width = head.width;
  Running running[kTileQueries];
  for (Running& row : running) row = {spread(-std::numeric_limits<float>::infinity()), Lanes{}};
  std::fill(scratch.output, scratch.output + kTileQueries * width, 0.0f);
  for (std::int64_t begin = 0; begin < head.key_count; begin += kBlockKeys) {
    const std::int64_t keys = std::min(kBlockKeys, head.key_count - begin);
    const std::int64_t padded = padded_keys(keys);
    for (std::int64_t key = 0; key < padded; key += kKeyLanes) {
      for (std::int64_t row = 0; row < kTileQueries; row += 6) {
        multiply_6x16(scratch.queries + row * width, width, head.keys + (begin + key) * width,
                      scratch.scores + row * kBlockKeys + key, kBlockKeys);
      }
    }
    for (std::int64_t row = 0; row < kTileQueries; ++row) {
      update_row(scratch.scores + row * kBlockKeys, keys, padded, scratch.output + row * width,
                 width, running[row]);
    }
    accumulate(head, scratch, begin, keys);
  }
  for (std::int64_t row = 0; row < kTileQueries; ++row) {
    const float total = sum_of(running[row].total);
    const float inverse = 1.0f / total;
    for (std::int64_t d = 0; d < width; d += kLanes) {
      float* const out = scratch.output + row * width + d;
      store(out, load(out) * inverse);
    }
    scratch.lse[row] = running[row].maximum[0] * std::numbers::ln2_v<float> + std::log(total);
  }
}

}  // namespace tessera::model
