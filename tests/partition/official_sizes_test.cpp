// Which stage sizes the released program computes correctly (docs/algorithms.md, accepted sizes).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "partition/crop_grid.h"

namespace tessera::partition {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string rejection(Extent image, GlobalBranch branch = GlobalBranch::Dense, int base_px = 1024,
                      int dilation_base_px = 1024) {
  return official_rejects(image, base_px, dilation_base_px, branch);
}

class OfficialAccepts : public testing::TestWithParam<Extent> {};

TEST_P(OfficialAccepts, ThisSize) {
  EXPECT_THAT(rejection(GetParam()), IsEmpty());
  EXPECT_THAT(rejection({GetParam().cols, GetParam().rows}), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(KnownSizes, OfficialAccepts,
                         testing::Values(Extent{1024, 1024}, Extent{2048, 2048}, Extent{4096, 4096},
                                         Extent{8192, 8192}, Extent{1024, 4096}, Extent{2048, 8192},
                                         Extent{2048, 3072}, Extent{3072, 4096}, Extent{1088, 1088},
                                         Extent{1536, 1536}, Extent{2560, 2560}, Extent{1280, 2560},
                                         Extent{1344, 2688}, Extent{2304, 3456}));

struct RejectedCase {
  Extent image;
  const char* reason;
};

class OfficialRejects : public testing::TestWithParam<RejectedCase> {};

TEST_P(OfficialRejects, ThisSize) {
  EXPECT_THAT(rejection(GetParam().image), HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    KnownSizes, OfficialRejects,
    testing::Values(RejectedCase{{1024, 5120}, "jitter"}, RejectedCase{{1024, 6144}, "jitter"},
                    RejectedCase{{1024, 8192}, "jitter"}, RejectedCase{{5120, 1024}, "jitter"},
                    RejectedCase{{1536, 2688}, "aspect"}, RejectedCase{{1536, 2048}, "aspect"},
                    RejectedCase{{2048, 2560}, "aspect"}, RejectedCase{{1344, 1792}, "aspect"},
                    RejectedCase{{1088, 2112}, "aspect"}, RejectedCase{{1408, 3520}, "aspect"},
                    RejectedCase{{8064, 5760}, "rounding"}, RejectedCase{{1000, 1024}, "64"},
                    RejectedCase{{960, 1024}, "base"}, RejectedCase{{1024, 960}, "base"}));

TEST(OfficialSizes, TurboNeedsAWidthOfAtLeastTheDilationBase) {
  EXPECT_THAT(rejection({1024, 512}, GlobalBranch::Dense, 512), HasSubstr("dilation"));
  EXPECT_THAT(rejection({1024, 1024}, GlobalBranch::Dense, 512), IsEmpty());
  EXPECT_THAT(rejection({1024, 512}, GlobalBranch::Dense, 512, 512), IsEmpty());
}

TEST(OfficialSizes, BaseOf256IsTheSmallestWithJitterOnBothLevels) {
  EXPECT_THAT(rejection({512, 512}, GlobalBranch::Interleaved, 256, 256), IsEmpty());
  EXPECT_THAT(rejection({1024, 1024}, GlobalBranch::Interleaved, 256, 256), IsEmpty());
  EXPECT_THAT(rejection({512, 512}, GlobalBranch::Dense, 128, 128), HasSubstr("jitter"));
}

// The aspects that leave jitter depend on the base: 1:4 at 1024, 1:1 alone at 256.
TEST(OfficialSizes, NamesTheTokensThatJitterNeeds) {
  EXPECT_THAT(rejection({256, 512}, GlobalBranch::Dense, 256, 256),
              HasSubstr("a side has fewer than 8 tokens"));
  EXPECT_THAT(rejection({512, 1024}, GlobalBranch::Dense, 512, 512), IsEmpty());
  EXPECT_THAT(rejection({512, 2048}, GlobalBranch::Dense, 512, 512),
              HasSubstr("a side has fewer than 8 tokens"));
}

TEST(OfficialSizes, FastModeNeedsSquareSubGrids) {
  EXPECT_THAT(rejection({2048, 3072}, GlobalBranch::Interleaved), IsEmpty());
  EXPECT_THAT(rejection({2304, 3456}, GlobalBranch::Interleaved), IsEmpty());
  EXPECT_THAT(rejection({3136, 3136}, GlobalBranch::Dense), IsEmpty());
  EXPECT_THAT(rejection({3136, 3136}, GlobalBranch::Interleaved), HasSubstr("fast mode"));
}

bool has_exact_aspect(Extent image) {
  const std::int64_t n_rows = image.rows / 1024;
  const std::int64_t n_cols = image.cols / 1024;
  return image.rows * n_cols == image.cols * n_rows;
}

TEST(OfficialSizesProp, OfAllExactAspectsUpTo8192OnlyOneFailsByRounding) {
  std::vector<Extent> rounded;
  for (int rows = 1024; rows <= 8192; rows += 64) {
    for (int cols = 1024; cols <= 8192; cols += 64) {
      const std::string reason = rejection({rows, cols});
      if (!has_exact_aspect({rows, cols})) {
        ASSERT_THAT(reason, HasSubstr("aspect"));
      } else if (reason.find("rounding") != std::string::npos) {
        rounded.push_back({rows, cols});
      }
    }
  }
  EXPECT_EQ(rounded, (std::vector<Extent>{{8064, 5760}}));
}

void expect_axis_covered(const CropAxis& axis) {
  ASSERT_LE(axis.crop, axis.length);
  ASSERT_EQ(axis.starts.front(), 0);
  ASSERT_EQ(axis.starts.back() + axis.crop, axis.length);
  for (int j = 0; j + 1 < axis.count(); ++j) {
    const auto at = static_cast<std::size_t>(j);
    ASSERT_LE(axis.starts[at + 1] + axis.shift_range(j + 1).high,
              axis.starts[at] + axis.shift_range(j).low + axis.crop);
  }
}

TEST(OfficialSizesProp, CropsOfAcceptedSizesCoverTheGridForAnyJitter) {
  for (int rows = 1024; rows <= 8192; rows += 64) {
    for (int cols = 1024; cols <= 8192; cols += 64) {
      if (!rejection({rows, cols}).empty()) {
        continue;
      }
      for (const int cell : {16, 32}) {
        SCOPED_TRACE(std::to_string(rows) + "x" + std::to_string(cols));
        const CropGrid crops = official_crops({rows, cols}, {rows / cell, cols / cell}, 1024);
        ASSERT_NO_FATAL_FAILURE(expect_axis_covered(crops.rows));
        ASSERT_NO_FATAL_FAILURE(expect_axis_covered(crops.cols));
      }
    }
  }
}

}  // namespace
}  // namespace tessera::partition
