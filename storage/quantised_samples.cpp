#include "storage/quantised_samples.h"

#include <algorithm>
#include <cmath>

namespace tessera::storage {
namespace {

float scaled(float sample, float top) {
  return std::nearbyint(std::clamp(sample, 0.0f, 1.0f) * top);
}

}  // namespace

std::size_t quantise_to_8_bits(std::span<const float> samples, std::span<std::uint8_t> bytes) {
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (std::isnan(samples[i])) return i;
    bytes[i] = static_cast<std::uint8_t>(scaled(samples[i], 255.0f));
  }
  return samples.size();
}

std::size_t quantise_to_16_bits(std::span<const float> samples, std::span<std::uint8_t> bytes) {
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (std::isnan(samples[i])) return i;
    const auto value = static_cast<std::uint16_t>(scaled(samples[i], 65535.0f));
    bytes[2 * i] = static_cast<std::uint8_t>(value >> 8);
    bytes[2 * i + 1] = static_cast<std::uint8_t>(value & 0xff);
  }
  return samples.size();
}

}  // namespace tessera::storage
