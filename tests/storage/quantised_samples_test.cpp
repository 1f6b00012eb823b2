#include "storage/quantised_samples.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace tessera::storage {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(QuantisedSamples, RoundToNearestAndClamp) {
  const std::array<float, 6> samples = {-1.0f, 0.0f, 1.0f, 2.0f, 100.4f / 255, 100.6f / 255};
  std::array<std::uint8_t, 6> bytes = {};
  EXPECT_EQ(quantise_to_8_bits(samples, bytes), samples.size());
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 6>{0, 0, 255, 255, 100, 101}));
}

TEST(QuantisedSamples, OfSixteenBitsAreBigEndian) {
  const std::array<float, 2> samples = {258.0f / 65535, 1.0f};
  std::array<std::uint8_t, 4> bytes = {};
  EXPECT_EQ(quantise_to_16_bits(samples, bytes), 2u);
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 4>{1, 2, 255, 255}));
}

TEST(QuantisedSamples, StopAtWhatIsNoNumber) {
  const std::array<float, 3> samples = {0.5f, kNan, 0.5f};
  std::array<std::uint8_t, 6> bytes = {};
  EXPECT_EQ(quantise_to_8_bits(samples, bytes), 1u);
  EXPECT_EQ(quantise_to_16_bits(samples, bytes), 1u);
}

}  // namespace
}  // namespace tessera::storage
