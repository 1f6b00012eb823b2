#include "partition/crop_jitter.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <vector>

#include "partition/philox.h"

namespace tessera::partition {
namespace {

CropGrid demo_grid() { return paper_crops({64, 64}, {256, 256}, 1, 0.125); }

TEST(CropJitter, EveryShiftComesFromItsOwnCounter) {
  const CropGrid grid = demo_grid();
  const std::vector<CropShift> shifts = draw_jitter(grid, {0x100000002ull, 1, 15, 7});
  ASSERT_EQ(static_cast<int>(shifts.size()), grid.count());
  const int row = 3;
  const int col = 5;
  const PhiloxCounter words = philox4x32({3, 5, 7, 5u << 24 | 1u << 16 | 15u}, {2, 1});
  const auto draw = [](std::uint32_t word) {
    return static_cast<int>(std::uint64_t{word} * 5 >> 32) - 2;
  };
  const CropShift expected{draw(words[0]), draw(words[1])};
  EXPECT_EQ(shifts[static_cast<std::size_t>(row * grid.cols.count() + col)], expected);
}

TEST(CropJitter, RepeatsForTheSameKey) {
  EXPECT_EQ(draw_jitter(demo_grid(), {9, 1, 2, 3}), draw_jitter(demo_grid(), {9, 1, 2, 3}));
}

TEST(CropJitter, DiffersBySeedStageStepAndLayer) {
  const std::vector<CropShift> reference = draw_jitter(demo_grid(), {9, 1, 2, 3});
  EXPECT_NE(draw_jitter(demo_grid(), {8, 1, 2, 3}), reference);
  EXPECT_NE(draw_jitter(demo_grid(), {9, 2, 2, 3}), reference);
  EXPECT_NE(draw_jitter(demo_grid(), {9, 1, 1, 3}), reference);
  EXPECT_NE(draw_jitter(demo_grid(), {9, 1, 2, 4}), reference);
}

TEST(CropJitter, HighWordOfTheSeedMatters) {
  EXPECT_NE(draw_jitter(demo_grid(), {9, 1, 2, 3}),
            draw_jitter(demo_grid(), {9 + (1ull << 32), 1, 2, 3}));
}

TEST(CropJitter, SingleCropsAreNeverShifted) {
  const CropGrid wide = paper_crops({16, 64}, {256, 256}, 1, 0.125);
  for (const CropShift shift : draw_jitter(wide, {1, 1, 1, 1})) {
    EXPECT_EQ(shift.row, 0);
  }
}

TEST(CropJitterProp, ShiftsStayInTheirRanges) {
  const CropGrid grid = demo_grid();
  for (int step = 0; step < 50; ++step) {
    const std::vector<CropShift> shifts = draw_jitter(grid, {123, 2, step, step % 7});
    for (int crop = 0; crop < grid.count(); ++crop) {
      const CropShift shift = shifts[static_cast<std::size_t>(crop)];
      const ShiftRange rows = grid.rows.shift_range(crop / grid.cols.count());
      const ShiftRange cols = grid.cols.shift_range(crop % grid.cols.count());
      ASSERT_TRUE(rows.low <= shift.row && shift.row <= rows.high);
      ASSERT_TRUE(cols.low <= shift.col && shift.col <= cols.high);
    }
  }
}

TEST(CropJitterProp, InnerCropsTakeEveryShiftAboutEquallyOften) {
  const CropGrid grid = demo_grid();
  std::array<int, 5> seen{};
  constexpr int kDraws = 5000;
  for (int step = 0; step < kDraws; ++step) {
    const CropShift shift = draw_jitter(grid, {123, 1, step, 0})[8];
    ++seen.at(static_cast<std::size_t>(shift.row + 2));
  }
  for (const int count : seen) {
    EXPECT_NEAR(count, kDraws / 5, 150);  // five standard deviations of the binomial count
  }
}

}  // namespace
}  // namespace tessera::partition
