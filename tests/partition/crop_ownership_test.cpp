#include "partition/crop_ownership.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "partition/canonical_blocks.h"
#include "partition/strip_layout.h"

namespace tessera::partition {
namespace {

std::vector<CropShift> still(const CropGrid& grid) {
  return std::vector<CropShift>(static_cast<std::size_t>(grid.count()));
}

TEST(CropOwnership, OneStripSeesEveryCropWhole) {
  const CropGrid grid = paper_crops({32, 32}, {256, 256}, 1, 0.125);
  const std::vector<CropShare> shares = crops_of_strip(grid, still(grid), {0, 32});
  ASSERT_EQ(shares.size(), 9u);
  for (int crop = 0; crop < 9; ++crop) {
    const CropShare& share = shares[static_cast<std::size_t>(crop)];
    EXPECT_EQ(share.crop, crop);
    EXPECT_EQ(share.window, grid.window(crop));
    EXPECT_EQ(share.query_rows, grid.window(crop).row_range());
    EXPECT_EQ(share.outside_tokens, 0);
  }
}

TEST(CropOwnership, CropAtTheCornerIsClippedAndCountsWhatLiesOutside) {
  const CropGrid grid = paper_crops({32, 32}, {256, 256}, 1, 0.125);
  std::vector<CropShift> shifts = still(grid);
  shifts[0] = {-2, -1};
  shifts[8] = {1, 2};
  const std::vector<CropShare> shares = crops_of_strip(grid, shifts, {0, 32});
  EXPECT_EQ(shares[0].window, (Rect{0, 14, 0, 15}));
  EXPECT_EQ(shares[0].outside_tokens, 16 * 16 - 14 * 15);
  EXPECT_EQ(shares[8].window, (Rect{17, 32, 18, 32}));
  EXPECT_EQ(shares[8].outside_tokens, 16 * 16 - 15 * 14);
}

TEST(CropOwnership, ThinStripSeesOnlyTheCropsThatReachIt) {
  const CropGrid grid = paper_crops({32, 32}, {256, 256}, 1, 0.125);
  const std::vector<CropShare> shares = crops_of_strip(grid, still(grid), {4, 6});
  ASSERT_EQ(shares.size(), 3u);
  for (const CropShare& share : shares) {
    EXPECT_EQ(share.query_rows, (RowRange{4, 6}));
    EXPECT_EQ(share.window.row_range(), (RowRange{0, 16}));
  }
}

TEST(CropOwnership, EmptyStripSeesNothing) {
  const CropGrid grid = paper_crops({32, 32}, {256, 256}, 1, 0.125);
  EXPECT_TRUE(crops_of_strip(grid, still(grid), {}).empty());
  EXPECT_TRUE(crops_of_strip(grid, still(grid), {8, 8}).empty());
}

TEST(CropOwnership, RejectsAWrongNumberOfShifts) {
  const CropGrid grid = paper_crops({32, 32}, {256, 256}, 1, 0.125);
  EXPECT_THROW(crops_of_strip(grid, std::vector<CropShift>(8), {0, 32}), std::invalid_argument);
}

/// Hit count of every token when each strip draws its own shares.
std::vector<int> hits_of_strips(const CropGrid& grid, const std::vector<CropShift>& shifts,
                                const StripLayout& layout) {
  std::vector<int> hits(static_cast<std::size_t>(grid.rows.length * grid.cols.length));
  for (const RowRange own : layout.all()) {
    int previous = -1;
    for (const CropShare& share : crops_of_strip(grid, shifts, own)) {
      EXPECT_GT(share.crop, previous);
      previous = share.crop;
      EXPECT_TRUE(own.contains(share.query_rows));
      for (int row = share.query_rows.begin; row < share.query_rows.end; ++row) {
        for (int col = share.window.col_begin; col < share.window.col_end; ++col) {
          ++hits[static_cast<std::size_t>(row * grid.cols.length + col)];
        }
      }
    }
  }
  return hits;
}

void expect_hits_do_not_depend_on_strips(const CropGrid& grid, const JitterKey& key) {
  const std::vector<CropShift> shifts = draw_jitter(grid, key);
  const std::vector<RowRange> blocks = canonical_blocks(grid.rows.length, 1);
  const std::vector<int> whole = hits_of_strips(grid, shifts, make_strips(blocks, 1));
  const auto [least, most] = std::minmax_element(whole.begin(), whole.end());
  EXPECT_GE(*least, 1);
  EXPECT_LE(*most, 16);
  for (const int strips : {2, 3, 5, 8, static_cast<int>(blocks.size())}) {
    ASSERT_EQ(hits_of_strips(grid, shifts, make_strips(blocks, strips)), whole) << strips;
  }
}

TEST(CropOwnershipProp, HitCountsAreOneTo16AndTheSameForEveryStripCount) {
  for (const Extent grid : {Extent{32, 32}, Extent{26, 36}, Extent{40, 17}, Extent{68, 12}}) {
    for (int step = 0; step < 10; ++step) {
      expect_hits_do_not_depend_on_strips(paper_crops(grid, {256, 256}, 1, 0.125), {5, 1, step, 0});
    }
  }
}

TEST(CropOwnershipProp, HitCountsOfOfficialCropsDoNotDependOnStrips) {
  for (int step = 0; step < 10; ++step) {
    expect_hits_do_not_depend_on_strips(official_crops({512, 768}, {32, 48}, 256), {5, 1, step, 0});
  }
}

}  // namespace
}  // namespace tessera::partition
