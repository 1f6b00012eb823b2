// Compiled with contraction to fused multiply-adds (CMakeLists.txt); one clone per instruction set.

#include "model/layers/flash_tile.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace tessera::model {
namespace {

using Lanes = float __attribute__((vector_size(32)));
using IntLanes = std::int32_t __attribute__((vector_size(32)));
constexpr std::int64_t kLanes = 8;

#define TESSERA_INLINE __attribute__((always_inline)) inline

TESSERA_INLINE Lanes load(const float* from) {
  Lanes value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

TESSERA_INLINE void store(float* to, Lanes value) { std::memcpy(to, &value, sizeof value); }

TESSERA_INLINE Lanes spread(float value) { return value - Lanes{}; }

/// exp(x) for x <= 0, relative error below 2e-7: x = n ln 2 + r, 2^n times a polynomial of degree 6
/// (Cephes' expf coefficients). Results below 2^-126 become that.
TESSERA_INLINE Lanes exponential(Lanes x) {
  constexpr float kMagic = 12582912.0f;  // 1.5 x 2^23: adding it rounds to an integer
  x = x < spread(-87.0f) ? spread(-87.0f) : x;
  const Lanes shifted = x * 1.44269504088896341f + kMagic;
  const Lanes n = shifted - kMagic;
  const Lanes r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  Lanes p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + (r + 1.0f);
  IntLanes exponent;
  std::memcpy(&exponent, &shifted, sizeof exponent);
  exponent = (exponent - 0x4B400000 + 127) << 23;  // bits of kMagic
  Lanes power;
  std::memcpy(&power, &exponent, sizeof power);
  return p * power;
}

TESSERA_INLINE float sum_of(Lanes x) {
  x += __builtin_shuffle(x, IntLanes{4, 5, 6, 7, 0, 1, 2, 3});
  x += __builtin_shuffle(x, IntLanes{2, 3, 0, 1, 6, 7, 4, 5});
  return x[0] + x[1];
}

TESSERA_INLINE float maximum_of(Lanes x) {
  const Lanes far = __builtin_shuffle(x, IntLanes{4, 5, 6, 7, 0, 1, 2, 3});
  x = x > far ? x : far;
  const Lanes near = __builtin_shuffle(x, IntLanes{2, 3, 0, 1, 6, 7, 4, 5});
  x = x > near ? x : near;
  return std::max(x[0], x[1]);
}

/// scores[row][0..16) of six queries against 16 keys.
TESSERA_INLINE void score_6x16(const float* queries, const float* keys, std::int64_t key_stride,
                               std::int64_t width, float* scores) {
  Lanes sum[6][2] = {};
  for (std::int64_t d = 0; d < width; ++d) {
    const Lanes k0 = load(keys + d * key_stride);
    const Lanes k1 = load(keys + d * key_stride + kLanes);
#pragma GCC unroll 6
    for (int row = 0; row < 6; ++row) {
      const float q = queries[row * width + d];
      sum[row][0] += k0 * q;
      sum[row][1] += k1 * q;
    }
  }
#pragma GCC unroll 6
  for (int row = 0; row < 6; ++row) {
    store(scores + row * kBlockKeys, sum[row][0]);
    store(scores + row * kBlockKeys + kLanes, sum[row][1]);
  }
}

/// output[row][0..8 Vectors) += shares[row][key] values[key][...] for three queries.
template <int Vectors>
TESSERA_INLINE void accumulate_3(const float* shares, std::int64_t keys, const float* values,
                                 std::int64_t width, float* output) {
  Lanes sum[3][Vectors];
#pragma GCC unroll 3
  for (int row = 0; row < 3; ++row) {
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) sum[row][v] = load(output + row * width + v * kLanes);
  }
  for (std::int64_t key = 0; key < keys; ++key) {
    Lanes value[Vectors];
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) value[v] = load(values + key * width + v * kLanes);
#pragma GCC unroll 3
    for (int row = 0; row < 3; ++row) {
      const float share = shares[row * kBlockKeys + key];
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) sum[row][v] += value[v] * share;
    }
  }
#pragma GCC unroll 3
  for (int row = 0; row < 3; ++row) {
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) store(output + row * width + v * kLanes, sum[row][v]);
  }
}

TESSERA_INLINE void accumulate(const float* shares, std::int64_t keys, const float* values,
                               std::int64_t width, float* output) {
  std::int64_t d = 0;
  for (; d + 4 * kLanes <= width; d += 4 * kLanes) {
    accumulate_3<4>(shares, keys, values + d, width, output + d);
  }
  for (; d + 2 * kLanes <= width; d += 2 * kLanes) {
    accumulate_3<2>(shares, keys, values + d, width, output + d);
  }
  for (; d < width; d += kLanes) accumulate_3<1>(shares, keys, values + d, width, output + d);
}

/// Turns one row of scores into shares relative to the running maximum; rescales the row's output.
TESSERA_INLINE void update_row(float* scores, std::int64_t keys, std::int64_t padded, float* output,
                               std::int64_t width, float& maximum, float& total) {
  for (std::int64_t key = keys; key < padded; ++key) {
    scores[key] = -std::numeric_limits<float>::infinity();
  }
  Lanes highest = load(scores);
  for (std::int64_t key = kLanes; key < padded; key += kLanes) {
    const Lanes score = load(scores + key);
    highest = score > highest ? score : highest;
  }
  const float raised = std::max(maximum, maximum_of(highest));
  Lanes sum{};
  for (std::int64_t key = 0; key < padded; key += kLanes) {
    const Lanes share = exponential(load(scores + key) - raised);
    store(scores + key, share);
    sum += share;
  }
  for (std::int64_t key = keys; key < padded; ++key) {
    sum[key % kLanes] -= scores[key];  // what stands for exp(-inf)
    scores[key] = 0;
  }
  if (raised != maximum) {
    const float shrink = std::exp(maximum - raised);
    for (std::int64_t d = 0; d < width; d += kLanes) store(output + d, load(output + d) * shrink);
    total *= shrink;
    maximum = raised;
  }
  total += sum_of(sum);
}

}  // namespace

__attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"))) void flash_tile(
    const PackedHead& head, const TileScratch& scratch) {
  const std::int64_t width = head.width;
  float maximum[kTileQueries];
  float total[kTileQueries] = {};
  std::fill(maximum, maximum + kTileQueries, -std::numeric_limits<float>::infinity());
  std::fill(scratch.output, scratch.output + kTileQueries * width, 0.0f);
  for (std::int64_t begin = 0; begin < head.key_count; begin += kBlockKeys) {
    const std::int64_t keys = std::min(kBlockKeys, head.key_count - begin);
    const std::int64_t padded = (keys + kKeyLanes - 1) / kKeyLanes * kKeyLanes;
    const float* const block_keys = head.keys + begin * width;
    for (std::int64_t row = 0; row < kTileQueries; row += 6) {
      for (std::int64_t key = 0; key < padded; key += kKeyLanes) {
        score_6x16(scratch.queries + row * width, block_keys + key, padded, width,
                   scratch.scores + row * kBlockKeys + key);
      }
    }
    for (std::int64_t row = 0; row < kTileQueries; ++row) {
      update_row(scratch.scores + row * kBlockKeys, keys, padded, scratch.output + row * width,
                 width, maximum[row], total[row]);
    }
    for (std::int64_t row = 0; row < kTileQueries; row += 3) {
      accumulate(scratch.scores + row * kBlockKeys, keys, head.values + begin * width, width,
                 scratch.output + row * width);
    }
  }
  for (std::int64_t row = 0; row < kTileQueries; ++row) {
    const float inverse = 1.0f / total[row];
    for (std::int64_t d = 0; d < width; d += kLanes) {
      float* const out = scratch.output + row * width + d;
      store(out, load(out) * inverse);
    }
    scratch.lse[row] = maximum[row] + std::log(total[row]);
  }
}

}  // namespace tessera::model
