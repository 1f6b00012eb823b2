#include "partition/frame_sources.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <vector>

namespace tessera::partition {
namespace {

constexpr std::uint64_t kSeed = 123;

std::vector<int> part(const std::vector<int>& sources, int begin, int count) {
  return {sources.begin() + begin, sources.begin() + begin + count};
}

TEST(FrameSources, TheFirstWindowHasItsOwnNoise) {
  const std::vector<int> sources = keyed_frame_sources(40, {}, kSeed);
  ASSERT_EQ(sources.size(), 40U);
  for (int frame = 0; frame < 16; ++frame) {
    EXPECT_EQ(sources[static_cast<std::size_t>(frame)], frame);
  }
}

TEST(FrameSourcesProp, EveryStrideOfFramesReordersTheOneAWindowBefore) {
  const std::vector<int> sources = keyed_frame_sources(160, {}, kSeed);
  int reordered = 0;
  for (int frame = 16; frame < 160; frame += 4) {
    const std::vector<int> now = part(sources, frame, 4);
    const std::vector<int> before = part(sources, frame - 16, 4);
    EXPECT_TRUE(std::is_permutation(now.begin(), now.end(), before.begin())) << frame;
    reordered += now != before ? 1 : 0;
  }
  EXPECT_GT(reordered, 25);  // of 36; one of 24 orders leaves all in place
}

TEST(FrameSourcesProp, EveryOrderOfFourFramesOccursAboutEquallyOften) {
  std::map<std::vector<int>, int> counts;
  for (std::uint64_t seed = 0; seed < 2400; ++seed) {
    ++counts[part(keyed_frame_sources(20, {}, seed), 16, 4)];
  }
  EXPECT_EQ(counts.size(), 24U);
  for (const auto& [order, count] : counts) {
    EXPECT_GT(count, 60);  // 100 expected, deviation 10
    EXPECT_LT(count, 140);
  }
}

TEST(FrameSources, AFrameDoesNotDependOnHowManyFollow) {
  const std::vector<int> longer = keyed_frame_sources(96, {}, kSeed);
  EXPECT_EQ(keyed_frame_sources(32, {}, kSeed), part(longer, 0, 32));
  EXPECT_NE(keyed_frame_sources(96, {}, kSeed + 1), longer);
}

TEST(FrameSources, ARecordedTableNamesTheFrameBefore) {
  const std::vector<int> table{3, 1, 0, 2, 5, 4, 7, 6};
  const std::vector<int> sources = recorded_frame_sources(24, {}, table);
  EXPECT_EQ(part(sources, 16, 8), table);
  const std::vector<int> third{0,  1,  2,  3,  4,  5,  6,  7,  8,  9,
                               10, 11, 12, 13, 14, 15, 18, 16, 17, 19};
  EXPECT_EQ(part(recorded_frame_sources(36, {}, third), 32, 4), (std::vector<int>{2, 0, 1, 3}));
}

TEST(FrameSources, RefusesATableOfAnotherLengthOrPlace) {
  EXPECT_THROW(recorded_frame_sources(24, {}, std::vector<int>{0, 1, 2, 3}), std::invalid_argument);
  EXPECT_THROW(recorded_frame_sources(20, {}, std::vector<int>{0, 1, 2, 4}), std::invalid_argument);
  EXPECT_THROW(recorded_frame_sources(20, {}, std::vector<int>{0, -1, 2, 3}),
               std::invalid_argument);
}

}  // namespace
}  // namespace tessera::partition
