// Compiled with contraction to fused multiply-adds (CMakeLists.txt); one clone per instruction set.

#include "model/layers/norm_kernel.h"

#include <numbers>

#include "model/layers/lanes.h"

#define TESSERA_INLINE __attribute__((always_inline))
#define TESSERA_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))

namespace tessera::model {
namespace {

/// The channels of a vector that begins at channel `c`: eight, or the last few.
TESSERA_INLINE inline Lanes load_channels(const float* x, std::int64_t c, std::int64_t channels) {
  if (c + kLanes <= channels) return load(x + c);
  Lanes value{};
  for (std::int64_t lane = 0; c + lane < channels; ++lane) value[lane] = x[c + lane];
  return value;
}

TESSERA_INLINE inline void store_channels(float* to, std::int64_t c, std::int64_t channels,
                                          Lanes value) {
  if (c + kLanes <= channels) return store(to + c, value);
  for (std::int64_t lane = 0; c + lane < channels; ++lane) to[c + lane] = value[lane];
}

/// v / (1 + exp(-v)), by e = exp(-|v|) <= 1: v / (1 + e) or v e / (1 + e).
TESSERA_INLINE inline Lanes silu(Lanes v) {
  const Lanes magnitude = larger(v, -v);
  const Lanes e = power_of_two(magnitude * -std::numbers::log2e_v<float>);
  const Lanes numerator = v > Lanes{} ? v : v * e;
  return numerator / (e + 1.0f);
}

template <typename Activate>
TESSERA_INLINE inline void scale_shift_then(const PixelRun& x, const float* scale,
                                            const float* shift, float* to,
                                            const Activate& activate) {
  for (std::int64_t begin = 0; begin < x.pixels * x.channels; begin += x.channels) {
    for (std::int64_t c = 0; c < x.channels; c += kLanes) {
      const Lanes v =
          load_channels(x.first + begin, c, x.channels) * load_channels(scale, c, x.channels) +
          load_channels(shift, c, x.channels);
      store_channels(to + begin, c, x.channels, activate(v));
    }
  }
}

}  // namespace

TESSERA_CLONES void sum_deviations(const PixelRun& x, const float* offset, float* sum,
                                   float* square) {
  for (std::int64_t c = 0; c < x.channels; c += kLanes) {
    const Lanes zero = load_channels(offset, c, x.channels);
    Lanes total{};
    Lanes squares{};
    const float* pixel = x.first;
    for (std::int64_t p = 0; p < x.pixels; ++p, pixel += x.channels) {
      const Lanes deviation = load_channels(pixel, c, x.channels) - zero;
      total += deviation;
      squares += deviation * deviation;
    }
    store_channels(sum, c, x.channels, total);
    store_channels(square, c, x.channels, squares);
  }
}

TESSERA_CLONES void scale_shift(const PixelRun& x, const float* scale, const float* shift,
                                float* to) {
  scale_shift_then(x, scale, shift, to, [](Lanes v) TESSERA_INLINE { return v; });
}

TESSERA_CLONES void scale_shift_silu(const PixelRun& x, const float* scale, const float* shift,
                                     float* to) {
  scale_shift_then(x, scale, shift, to, [](Lanes v) TESSERA_INLINE { return silu(v); });
}

}  // namespace tessera::model
