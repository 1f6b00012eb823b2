#pragma once

#include <array>
#include <cstdint>

namespace tessera::partition {

/// Philox4x32-10 (Salmon et al., SC 2011): a bijection of a 128-bit counter under a 64-bit key.
using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

constexpr PhiloxCounter philox4x32(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product0)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return counter;
}

constexpr PhiloxKey philox_key(std::uint64_t seed) {
  return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
}

/// What a random number is for; part of the counter, so that purposes never share a stream.
enum class NoisePurpose : std::uint32_t {
  InitialLatents = 1,
  Renoise = 2,
  Posterior = 3,
  AncestralStep = 4,
  CropJitter = 5,
  FramePermutation = 6,
  OtherMethods = 7,
};

constexpr std::uint32_t purpose_word(NoisePurpose purpose, int stage, int step) {
  return static_cast<std::uint32_t>(purpose) << 24 | static_cast<std::uint32_t>(stage) << 16 |
         static_cast<std::uint32_t>(step);
}

}  // namespace tessera::partition
