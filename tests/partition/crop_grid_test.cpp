#include "partition/crop_grid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace tessera::partition {
namespace {

constexpr double kEighth = 0.125;

Extent grid_of(Extent image, int level) {
  return {image.rows / (8 << level), image.cols / (8 << level)};
}

struct PaperCase {
  const char* name;
  Extent image;
  int base_px;
  int level;
  int crop;
  int jitter_bound;
  std::vector<int> rows;
  std::vector<int> cols;
};

class PaperCrops : public testing::TestWithParam<PaperCase> {};

TEST_P(PaperCrops, StartsAreTheKnownAnswers) {
  const PaperCase& c = GetParam();
  const CropGrid crops =
      paper_crops(grid_of(c.image, c.level), {c.base_px, c.base_px}, c.level, kEighth);
  EXPECT_EQ(crops.rows.starts, c.rows);
  EXPECT_EQ(crops.cols.starts, c.cols);
  EXPECT_EQ(crops.rows.crop, c.crop);
  EXPECT_EQ(crops.cols.crop, c.crop);
  EXPECT_EQ(crops.rows.jitter_bound, c.jitter_bound);
  EXPECT_EQ(crops.rows.stride, c.crop / 2);
}

INSTANTIATE_TEST_SUITE_P(
    KnownAnswers, PaperCrops,
    testing::Values(
        PaperCase{"Square2048Level1", {2048, 2048}, 1024, 1, 64, 8, {0, 32, 64}, {0, 32, 64}},
        PaperCase{"Square2048Level2", {2048, 2048}, 1024, 2, 32, 4, {0, 16, 32}, {0, 16, 32}},
        PaperCase{"Square512Level1", {512, 512}, 256, 1, 16, 2, {0, 8, 16}, {0, 8, 16}},
        PaperCase{"Square512Level2", {512, 512}, 256, 2, 8, 1, {0, 4, 8}, {0, 4, 8}},
        PaperCase{
            "Wide1536x2688Level1", {1536, 2688}, 1024, 1, 64, 8, {0, 32}, {0, 32, 64, 96, 104}},
        PaperCase{
            "Wide1536x2688Level2", {1536, 2688}, 1024, 2, 32, 4, {0, 16}, {0, 16, 32, 48, 52}},
        PaperCase{"Wide1344x1792Level1", {1344, 1792}, 1024, 1, 64, 8, {0, 20}, {0, 32, 48}},
        PaperCase{"Square1088Level1", {1088, 1088}, 1024, 1, 64, 8, {0, 4}, {0, 4}}),
    [](const auto& given) { return given.param.name; });

struct CountCase {
  int side_px;
  int crops;
};

class CropCount : public testing::TestWithParam<CountCase> {};

TEST_P(CropCount, IsTheSameInBothModesOnBothLevels) {
  const Extent image{GetParam().side_px, GetParam().side_px};
  for (const int level : {1, 2}) {
    const Extent grid = grid_of(image, level);
    const CropGrid paper = paper_crops(grid, {1024, 1024}, level, kEighth);
    const CropGrid official = official_crops(image, grid, 1024);
    EXPECT_EQ(paper.count(), GetParam().crops);
    EXPECT_EQ(paper, official);
  }
}

INSTANTIATE_TEST_SUITE_P(Squares, CropCount,
                         testing::Values(CountCase{2048, 9}, CountCase{4096, 49},
                                         CountCase{8192, 225}));

TEST(PaperCrops, VideoCropsFollowTheBaseGridPerLevel) {
  const Extent base{320, 512};
  const int crop_rows[] = {40, 20, 10, 5};
  const int crop_cols[] = {64, 32, 16, 8};
  const int jitter_rows[] = {5, 2, 1, 0};
  const int jitter_cols[] = {8, 4, 2, 1};
  for (int level = 0; level < 4; ++level) {
    SCOPED_TRACE(level);
    const CropGrid crops = paper_crops(grid_of({640, 1024}, level), base, level, kEighth);
    EXPECT_EQ(crops.rows.crop, crop_rows[level]);
    EXPECT_EQ(crops.cols.crop, crop_cols[level]);
    EXPECT_EQ(crops.rows.jitter_bound, jitter_rows[level]);
    EXPECT_EQ(crops.cols.jitter_bound, jitter_cols[level]);
  }
}

TEST(PaperCrops, AxisThatIsNoLongerThanTheCropHasOneUnshiftedCrop) {
  for (const int length : {1, 10, 16}) {
    const CropAxis axis = paper_crop_axis(length, 16, kEighth);
    EXPECT_EQ(axis.starts, std::vector<int>{0});
    EXPECT_EQ(axis.crop, length);
    EXPECT_EQ(axis.shift_range(0), ShiftRange{});
  }
}

TEST(PaperCrops, EdgeCropsShiftOutwardsOnly) {
  const CropAxis axis = paper_crop_axis(32, 16, kEighth);
  ASSERT_EQ(axis.count(), 3);
  EXPECT_EQ(axis.shift_range(0), (ShiftRange{-2, 0}));
  EXPECT_EQ(axis.shift_range(1), (ShiftRange{-2, 2}));
  EXPECT_EQ(axis.shift_range(2), (ShiftRange{0, 2}));
}

TEST(PaperCrops, WindowsAreRowMajor) {
  const CropGrid crops = paper_crops({32, 48}, {256, 256}, 1, kEighth);
  ASSERT_EQ(crops.rows.count(), 3);
  ASSERT_EQ(crops.cols.count(), 5);
  EXPECT_EQ(crops.window(0), (Rect{0, 16, 0, 16}));
  EXPECT_EQ(crops.window(1), (Rect{0, 16, 8, 24}));
  EXPECT_EQ(crops.window(5), (Rect{8, 24, 0, 16}));
  EXPECT_EQ(crops.window(14), (Rect{16, 32, 32, 48}));
}

TEST(PaperCrops, RejectsImpossibleValues) {
  EXPECT_THROW(paper_crop_axis(0, 16, kEighth), std::invalid_argument);
  EXPECT_THROW(paper_crop_axis(32, 0, kEighth), std::invalid_argument);
  EXPECT_THROW(paper_crop_axis(32, 16, 0.3), std::invalid_argument);
  EXPECT_THROW(paper_crop_axis(32, 16, -0.1), std::invalid_argument);
  EXPECT_THROW(paper_crops({32, 32}, {256, 256}, -1, kEighth), std::invalid_argument);
  EXPECT_THROW(paper_crops({32, 32}, {8, 8}, 2, kEighth), std::invalid_argument);
}

/// Checks that consecutive crops overlap or touch under the worst pair of shifts.
void expect_covered_under_any_jitter(const CropAxis& axis) {
  ASSERT_EQ(axis.starts.front(), 0);
  ASSERT_EQ(axis.starts.back() + axis.crop, axis.length);
  for (int j = 0; j + 1 < axis.count(); ++j) {
    const auto at = static_cast<std::size_t>(j);
    ASSERT_LT(axis.starts[at], axis.starts[at + 1]);
    ASSERT_LE(axis.starts[at + 1] + axis.shift_range(j + 1).high,
              axis.starts[at] + axis.shift_range(j).low + axis.crop);
  }
}

TEST(PaperCropsProp, CoverEveryTokenForAnyJitter) {
  for (int crop = 1; crop <= 40; ++crop) {
    for (int length = 1; length <= 5 * crop + 3; ++length) {
      for (const double fraction : {0.0, 0.1, 0.125, 0.25}) {
        SCOPED_TRACE(std::to_string(length) + " in " + std::to_string(crop));
        const CropAxis axis = paper_crop_axis(length, crop, fraction);
        ASSERT_NO_FATAL_FAILURE(expect_covered_under_any_jitter(axis));
      }
    }
  }
}

TEST(PaperCropsProp, NoTokenLiesInMoreThanFourCropsPerAxis) {
  for (int crop = 2; crop <= 40; ++crop) {
    for (int length = 1; length <= 5 * crop + 3; ++length) {
      const CropAxis axis = paper_crop_axis(length, crop, kEighth);
      for (int token = 0; token < length; ++token) {
        int hits = 0;
        for (int j = 0; j < axis.count(); ++j) {
          const int start = axis.starts[static_cast<std::size_t>(j)];
          const ShiftRange shift = axis.shift_range(j);
          hits += start + shift.low <= token && token < start + shift.high + crop ? 1 : 0;
        }
        ASSERT_LE(hits, 4) << crop << " " << length;
      }
    }
  }
}

struct OfficialCase {
  const char* name;
  Extent image;
  int base_px;
  int level;
  Extent crop;
  Extent jitter_bound;
  std::vector<int> rows;
  std::vector<int> cols;
};

class OfficialCrops : public testing::TestWithParam<OfficialCase> {};

TEST_P(OfficialCrops, StartsAreTheKnownAnswers) {
  const OfficialCase& c = GetParam();
  const CropGrid crops = official_crops(c.image, grid_of(c.image, c.level), c.base_px);
  EXPECT_EQ(crops.rows.starts, c.rows);
  EXPECT_EQ(crops.cols.starts, c.cols);
  EXPECT_EQ(crops.rows.crop, c.crop.rows);
  EXPECT_EQ(crops.cols.crop, c.crop.cols);
  EXPECT_EQ(crops.rows.jitter_bound, c.jitter_bound.rows);
  EXPECT_EQ(crops.cols.jitter_bound, c.jitter_bound.cols);
}

// The squares on base 256 are the window tables recorded from the released program.
INSTANTIATE_TEST_SUITE_P(
    KnownAnswers, OfficialCrops,
    testing::Values(
        OfficialCase{"Wide2048x3072",
                     {2048, 3072},
                     1024,
                     1,
                     {42, 64},
                     {5, 8},
                     {0, 21, 42, 63, 84, 86},
                     {0, 32, 64, 96, 128}},
        OfficialCase{
            "Wide1024x2048", {1024, 2048}, 1024, 1, {32, 64}, {4, 8}, {0, 16, 32}, {0, 32, 64}},
        OfficialCase{
            "Square512Level1", {512, 512}, 256, 1, {16, 16}, {2, 2}, {0, 8, 16}, {0, 8, 16}},
        OfficialCase{"Square512Level2", {512, 512}, 256, 2, {8, 8}, {1, 1}, {0, 4, 8}, {0, 4, 8}},
        OfficialCase{"Square1024Level1",
                     {1024, 1024},
                     256,
                     1,
                     {16, 16},
                     {2, 2},
                     {0, 8, 16, 24, 32, 40, 48},
                     {0, 8, 16, 24, 32, 40, 48}},
        OfficialCase{"Square1024Level2",
                     {1024, 1024},
                     256,
                     2,
                     {8, 8},
                     {1, 1},
                     {0, 4, 8, 12, 16, 20, 24},
                     {0, 4, 8, 12, 16, 20, 24}},
        OfficialCase{"Square1536OnBase1024", {1536, 1536}, 1024, 1, {96, 96}, {12, 12}, {0}, {0}},
        OfficialCase{
            "Turbo1024", {1024, 1024}, 512, 1, {32, 32}, {4, 4}, {0, 16, 32}, {0, 16, 32}}),
    [](const auto& given) { return given.param.name; });

TEST(OfficialCrops, TransposedImageHasTransposedCrops) {
  const CropGrid wide = official_crops({2048, 4096}, {128, 256}, 1024);
  const CropGrid tall = official_crops({4096, 2048}, {256, 128}, 1024);
  EXPECT_EQ(wide.rows, tall.cols);
  EXPECT_EQ(wide.cols, tall.rows);
}

TEST(OfficialCrops, RejectsAStageBelowTheBase) {
  EXPECT_THROW(official_crops({192, 512}, {12, 32}, 256), std::invalid_argument);
  EXPECT_THROW(official_crops({512, 512}, {0, 32}, 256), std::invalid_argument);
}

}  // namespace
}  // namespace tessera::partition
