#include "partition/philox.h"

#include <gtest/gtest.h>

namespace tessera::partition {
namespace {

// Known answers of the authors of Philox (Random123, kat_vectors).
TEST(Philox, ZeroCounterAndKeyGiveTheKnownAnswer) {
  const PhiloxCounter expected{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u};
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), expected);
}

TEST(Philox, AllOnesGiveTheKnownAnswer) {
  const PhiloxCounter expected{0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu};
  EXPECT_EQ(philox4x32({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}), expected);
}

TEST(Philox, DigitsOfPiGiveTheKnownAnswer) {
  const PhiloxCounter expected{0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u};
  EXPECT_EQ(
      philox4x32({0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u}, {0xa4093822u, 0x299f31d0u}),
      expected);
}

TEST(Philox, IsAConstantExpression) {
  static_assert(philox4x32({0, 0, 0, 0}, {0, 0})[0] == 0x6627e8d5u);
}

TEST(Philox, KeyHoldsLowThenHighWordOfTheSeed) {
  EXPECT_EQ(philox_key(0x0123456789abcdefull), (PhiloxKey{0x89abcdefu, 0x01234567u}));
}

TEST(Philox, PurposeWordPacksPurposeStageAndStep) {
  EXPECT_EQ(purpose_word(NoisePurpose::CropJitter, 2, 17), 0x05020011u);
  EXPECT_EQ(purpose_word(NoisePurpose::InitialLatents, 0, 0), 0x01000000u);
}

}  // namespace
}  // namespace tessera::partition
