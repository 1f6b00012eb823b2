#include "partition/frame_windows.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace tessera::partition {
namespace {

TEST(FrameWindows, OverlapByWindowLessStrideAndEndWithTheClip) {
  EXPECT_EQ(frame_windows(24, {}), (std::vector<FrameWindow>{{0, 16}, {4, 20}, {8, 24}}));
  EXPECT_EQ(frame_windows(20, {}), (std::vector<FrameWindow>{{0, 16}, {4, 20}}));
  EXPECT_EQ(frame_windows(12, {8, 2}), (std::vector<FrameWindow>{{0, 8}, {2, 10}, {4, 12}}));
}

TEST(FrameWindows, AShortClipIsOneWindow) {
  EXPECT_EQ(frame_windows(16, {}), (std::vector<FrameWindow>{{0, 16}}));
  EXPECT_EQ(frame_windows(7, {}), (std::vector<FrameWindow>{{0, 7}}));
}

TEST(FrameWindows, WeightsRiseToTheMiddleAndFallAgain) {
  const FrameWindow even{4, 20};
  std::vector<int> weights;
  for (int index = 0; index < even.frames(); ++index) weights.push_back(even.weight(index));
  EXPECT_EQ(weights, (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 5, 4, 3, 2, 1}));
  const FrameWindow odd{0, 5};
  EXPECT_EQ(odd.weight(1), 2);
  EXPECT_EQ(odd.weight(2), 3);
  EXPECT_EQ(odd.weight(4), 1);
}

TEST(FrameWindows, RefusesClipsAndRulesThatDoNotFit) {
  EXPECT_THROW(frame_windows(18, {}), std::invalid_argument);
  EXPECT_THROW(frame_windows(0, {}), std::invalid_argument);
  EXPECT_THROW(frame_windows(24, {16, 0}), std::invalid_argument);
  EXPECT_THROW(frame_windows(24, {8, 16}), std::invalid_argument);  // frames without a window
}

}  // namespace
}  // namespace tessera::partition
