#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tessera::storage {

/// Samples in [0, 1] as 8 or 16 bits: clamped, times 255 or 65535, rounded to nearest, ties to
/// even. 16 bits as two bytes, big-endian. Returns the index of the first that is not a number, or
/// the count. \param bytes  one or two per sample.
std::size_t quantise_to_8_bits(std::span<const float> samples, std::span<std::uint8_t> bytes);
std::size_t quantise_to_16_bits(std::span<const float> samples, std::span<std::uint8_t> bytes);

}  // namespace tessera::storage
