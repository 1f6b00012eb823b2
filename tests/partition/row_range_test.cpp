#include "partition/row_range.h"

#include <gtest/gtest.h>

#include "partition/rect.h"

namespace tessera::partition {
namespace {

TEST(RowRange, IsEmptyWhenTheEndDoesNotExceedTheBegin) {
  EXPECT_TRUE(RowRange{}.empty());
  EXPECT_TRUE((RowRange{5, 5}).empty());
  EXPECT_TRUE((RowRange{5, 3}).empty());
  EXPECT_EQ((RowRange{5, 3}).rows(), 0);
  EXPECT_EQ((RowRange{5, 9}).rows(), 4);
}

TEST(RowRange, ContainsItsPartsAndNothingBeyond) {
  EXPECT_TRUE((RowRange{2, 8}).contains({2, 8}));
  EXPECT_TRUE((RowRange{2, 8}).contains({3, 4}));
  EXPECT_FALSE((RowRange{2, 8}).contains({1, 4}));
  EXPECT_FALSE((RowRange{2, 8}).contains({7, 9}));
}

TEST(RowRange, IntersectionOfTouchingRangesIsTheOneEmptyRange) {
  EXPECT_EQ(intersect({0, 4}, {4, 8}), RowRange{});
  EXPECT_EQ(intersect({0, 2}, {6, 8}), RowRange{});
  EXPECT_EQ(intersect({0, 5}, {3, 8}), (RowRange{3, 5}));
}

TEST(RowRange, ScalingUpAndDownReturnsTheRange) {
  for (const int factor : {1, 2, 4, 8}) {
    EXPECT_EQ(scale_down(scale_up({3, 7}, factor), factor), (RowRange{3, 7}));
  }
}

TEST(Rect, IsEmptyWhenEitherSideIs) {
  EXPECT_TRUE((Rect{0, 4, 3, 3}).empty());
  EXPECT_TRUE((Rect{4, 4, 0, 3}).empty());
  EXPECT_FALSE((Rect{0, 4, 0, 3}).empty());
  EXPECT_EQ((Rect{1, 4, 2, 9}).rows(), 3);
  EXPECT_EQ((Rect{1, 4, 2, 9}).cols(), 7);
  EXPECT_EQ((Rect{1, 4, 2, 9}).row_range(), (RowRange{1, 4}));
}

}  // namespace
}  // namespace tessera::partition
