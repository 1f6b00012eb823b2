#pragma once

#include <cstdint>
#include <cstring>

namespace tessera::model {

/// Eight floats computed together. Only for kernels that are compiled once per instruction set
/// (`target_clones`), whose functions have to be inlined into each clone.
using Lanes = float __attribute__((vector_size(32)));
using IntLanes = std::int32_t __attribute__((vector_size(32)));
inline constexpr std::int64_t kLanes = 8;

__attribute__((always_inline)) inline Lanes load(const float* from) {
  Lanes value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

__attribute__((always_inline)) inline void store(float* to, Lanes value) {
  std::memcpy(to, &value, sizeof value);
}

__attribute__((always_inline)) inline Lanes spread(float value) { return value - Lanes{}; }

__attribute__((always_inline)) inline Lanes larger(Lanes a, Lanes b) { return a > b ? a : b; }

/// 2^x for x <= 0, relative error below 2e-7: x = n + r with |r| <= 1/2; 2^r by a polynomial of
/// degree 5 (minimax with p(0) = 1), n added to its exponent. Results below 2^-126 become that.
__attribute__((always_inline)) inline Lanes power_of_two(Lanes x) {
  constexpr float kMagic = 12582912.0f;  // 1.5 x 2^23: adding it rounds to an integer
  x = larger(x, spread(-126.0f));
  const Lanes shifted = x + kMagic;
  const Lanes r = x - (shifted - kMagic);
  Lanes p = r * 1.326472731307149e-3f + 9.671512991189957e-3f;
  p = p * r + 5.550733581185341e-2f;
  p = p * r + 0.24022242426872253f;
  p = p * r + 0.6931470036506653f;
  p = p * r + 1.0f;
  IntLanes n;
  IntLanes bits;
  std::memcpy(&n, &shifted, sizeof n);
  std::memcpy(&bits, &p, sizeof bits);
  bits += n << 23;  // the bits of kMagic leave to the left
  std::memcpy(&p, &bits, sizeof p);
  return p;
}

}  // namespace tessera::model
