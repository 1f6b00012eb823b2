#include "fusion/overlap_average.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "partition/canonical_blocks.h"
#include "partition/crop_grid.h"
#include "partition/crop_jitter.h"
#include "partition/crop_ownership.h"
#include "partition/strip_layout.h"

namespace tessera::fusion {
namespace {

using partition::Rect;
using partition::RowRange;

TEST(OverlapAverage, TokenHitTwiceHasTheMeanOfBoth) {
  OverlapAverage average(1, {0, 2}, 3, 2);
  average.add({0, 2, 0, 2}, at::full({1, 2, 2, 2}, 1.0f));
  average.add({0, 2, 1, 3}, at::full({1, 2, 2, 2}, 4.0f));
  const at::Tensor mean = average.finish();
  EXPECT_EQ(mean.sizes(), (std::vector<std::int64_t>{1, 2, 3, 2}));
  EXPECT_TRUE(at::equal(mean.select(2, 0), at::full({1, 2, 2}, 1.0f)));
  EXPECT_TRUE(at::equal(mean.select(2, 1), at::full({1, 2, 2}, 2.5f)));
  EXPECT_TRUE(at::equal(mean.select(2, 2), at::full({1, 2, 2}, 4.0f)));
}

TEST(OverlapAverage, RowsAreGlobal) {
  OverlapAverage average(1, {10, 12}, 1, 1);
  average.add({11, 12, 0, 1}, at::full({1, 1, 1, 1}, 7.0f));
  average.add({10, 11, 0, 1}, at::full({1, 1, 1, 1}, 5.0f));
  EXPECT_TRUE(at::equal(average.finish().view({2}), at::tensor({5.0f, 7.0f})));
}

TEST(OverlapAverage, UncoveredTokenIsAnError) {
  OverlapAverage average(1, {0, 2}, 2, 1);
  EXPECT_THROW(average.finish(), std::logic_error);
  average.add({0, 2, 0, 1}, at::ones({1, 2, 1, 1}));
  EXPECT_THROW(average.finish(), std::logic_error);
}

TEST(OverlapAverage, IsEmptyAgainAfterItFinishes) {
  OverlapAverage average(1, {0, 1}, 1, 1);
  average.add({0, 1, 0, 1}, at::full({1, 1, 1, 1}, 3.0f));
  EXPECT_EQ(average.finish().item<float>(), 3.0f);
  average.add({0, 1, 0, 1}, at::full({1, 1, 1, 1}, 5.0f));
  EXPECT_EQ(average.finish().item<float>(), 5.0f);
}

TEST(OverlapAverage, NarrowTypesAreSummedInSinglePrecision) {
  OverlapAverage average(1, {0, 1}, 1, 1);
  average.add({0, 1, 0, 1}, at::full({1, 1, 1, 1}, 2049.0 / 2048.0, at::kHalf));
  for (int k = 0; k < 15; ++k) {
    average.add({0, 1, 0, 1}, at::full({1, 1, 1, 1}, 60000.0, at::kHalf));  // overflows fp16
  }
  const at::Tensor mean = average.finish();
  EXPECT_EQ(mean.scalar_type(), at::kHalf);
  EXPECT_NEAR(mean.item<float>(), 56250.0f, 32.0f);
}

TEST(OverlapAverage, RejectsCropsThatDoNotFit) {
  OverlapAverage average(2, {4, 8}, 6, 3);
  EXPECT_THROW(average.add({3, 5, 0, 2}, at::ones({2, 2, 2, 3})), std::invalid_argument);
  EXPECT_THROW(average.add({4, 6, 5, 7}, at::ones({2, 2, 2, 3})), std::invalid_argument);
  EXPECT_THROW(average.add({4, 6, -1, 1}, at::ones({2, 2, 2, 3})), std::invalid_argument);
  EXPECT_THROW(average.add({4, 6, 0, 2}, at::ones({1, 2, 2, 3})), std::invalid_argument);
  EXPECT_THROW(average.add({4, 4, 0, 2}, at::ones({2, 0, 2, 3})), std::invalid_argument);
  EXPECT_THROW(OverlapAverage(1, {0, 4}, -1, 3), std::invalid_argument);
}

/// Mean of crops of a map, where crop k holds (k + 1) times the map, as one strip computes it.
at::Tensor mean_of_strip(const at::Tensor& map_BHWC, const partition::CropGrid& grid,
                         const std::vector<partition::CropShift>& shifts, RowRange own) {
  OverlapAverage average(2, own, grid.cols.length, 3);
  for (const partition::CropShare& share : partition::crops_of_strip(grid, shifts, own)) {
    const Rect where{share.query_rows.begin, share.query_rows.end, share.window.col_begin,
                     share.window.col_end};
    average.add(where, map_BHWC.narrow(1, where.row_begin, where.rows())
                           .narrow(2, where.col_begin, where.cols())
                           .mul(share.crop + 1.1));
  }
  return average.finish();
}

TEST(OverlapAverage, StripsEqualTheWholeBitForBit) {
  at::manual_seed(5);
  const partition::CropGrid grid = partition::paper_crops({26, 30}, {192, 192}, 1, 0.125);
  const std::vector<partition::CropShift> shifts = partition::draw_jitter(grid, {1, 1, 3, 2});
  const at::Tensor map = at::randn({2, 26, 30, 3});
  const at::Tensor whole = mean_of_strip(map, grid, shifts, {0, 26});
  for (const int strips : {2, 3, 7, 26}) {
    const auto layout = partition::make_strips(partition::canonical_blocks(26, 1), strips);
    for (const RowRange own : layout.all()) {
      ASSERT_TRUE(
          at::equal(mean_of_strip(map, grid, shifts, own), whole.narrow(1, own.begin, own.rows())));
    }
  }
}

}  // namespace
}  // namespace tessera::fusion
