#include "fusion/low_pass.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "fusion/gaussian_kernel.h"
#include "partition/canonical_blocks.h"
#include "partition/row_transfer.h"
#include "partition/strip_layout.h"

namespace tessera::fusion {
namespace {

using partition::RowRange;

at::Tensor blur_whole(const at::Tensor& x, std::span<const float> taps, BlurBorder border) {
  const int rows = static_cast<int>(x.size(1));
  return low_pass(x, {0, rows}, {0, rows}, rows, taps, border);
}

at::Tensor rows_of(const at::Tensor& x, RowRange rows) {
  return x.narrow(1, rows.begin, rows.rows());
}

/// Structured map: a ramp down, a ramp across, a bright half, one hot row, noise and a large mean.
at::Tensor structured_map(int rows, int cols, int channels, at::ScalarType type) {
  at::manual_seed(7);
  at::Tensor x = at::randn({2, rows, cols, channels}, at::kDouble);
  x.select(3, 0).copy_(at::arange(rows, at::kDouble).view({1, rows, 1}));
  x.select(3, 1).copy_(at::arange(cols, at::kDouble).view({1, 1, cols}));
  x.select(3, 2).zero_().narrow(2, 0, (cols + 1) / 2).fill_(1.0);
  x.select(3, 3).zero_().select(1, rows / 2).fill_(100.0);
  x.select(3, 4).add_(300.0);
  return x.to(type);
}

/// The definition: one double sum over both axes, weights of the taps that exist.
at::Tensor blur_literally(const at::Tensor& x, std::span<const float> taps, BlurBorder border) {
  const int radius = static_cast<int>(taps.size()) / 2;
  const int rows = static_cast<int>(x.size(1));
  const int cols = static_cast<int>(x.size(2));
  at::Tensor y = at::zeros_like(x);
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < cols; ++c) {
      double inside = 0.0;
      at::Tensor sum = y.select(1, r).select(1, c);
      for (int u = std::max(-radius, -r); u <= std::min(radius, rows - 1 - r); ++u) {
        for (int v = std::max(-radius, -c); v <= std::min(radius, cols - 1 - c); ++v) {
          const double weight = static_cast<double>(taps[static_cast<std::size_t>(u + radius)]) *
                                static_cast<double>(taps[static_cast<std::size_t>(v + radius)]);
          inside += weight;
          sum.add_(x.select(1, r + u).select(1, c + v), weight);
        }
      }
      if (border == BlurBorder::Renormalised) {
        sum.div_(inside);
      }
    }
  }
  return y;
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

struct BlurCase {
  BlurBorder border;
  int radius;
};

std::string name_of(const testing::TestParamInfo<BlurCase>& given) {
  const bool paper = given.param.border == BlurBorder::Renormalised;
  return (paper ? "Renormalised" : "ZeroPadded") + std::to_string(given.param.radius);
}

class LowPass : public testing::TestWithParam<BlurCase> {
 protected:
  std::vector<float> taps_ = gaussian_taps(GetParam().radius, 1.0);
};

TEST_P(LowPass, EqualsTheDirectTwoDimensionalSum) {
  for (const auto& [rows, cols] : {std::pair{12, 17}, {3, 20}, {20, 2}, {1, 1}}) {
    SCOPED_TRACE(std::to_string(rows) + "x" + std::to_string(cols));
    const at::Tensor x = structured_map(rows, cols, 6, at::kDouble);
    const at::Tensor y = blur_whole(x, taps_, GetParam().border);
    EXPECT_LE(largest_difference(y, blur_literally(x, taps_, GetParam().border)), 1e-12);
  }
}

TEST_P(LowPass, StripsWithHaloEqualTheWholeBitForBit) {
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    for (const int rows : {16, 21}) {
      const at::Tensor x = structured_map(rows, 19, 20, type);
      const at::Tensor whole = blur_whole(x, taps_, GetParam().border);
      for (const int strips : {2, 3, 5, rows}) {
        const auto layout = partition::make_strips(partition::canonical_blocks(rows, 1), strips);
        for (const RowRange own : layout.all()) {
          SCOPED_TRACE(std::to_string(strips) + " strips, row " + std::to_string(own.begin));
          const int radius = GetParam().radius;
          const RowRange held = partition::with_halo(own, radius, radius, rows);
          const at::Tensor y =
              low_pass(rows_of(x, held), held, own, rows, taps_, GetParam().border);
          ASSERT_TRUE(at::equal(y, rows_of(whole, own)));
        }
      }
    }
  }
}

TEST_P(LowPass, WrongOutermostHaloRowChangesTheResult) {
  const at::Tensor x = structured_map(20, 9, 6, at::kFloat);
  const RowRange own{8, 11};
  const RowRange held = partition::with_halo(own, GetParam().radius, GetParam().radius, 20);
  const at::Tensor exact = low_pass(rows_of(x, held), held, own, 20, taps_, GetParam().border);
  const at::Tensor missing = rows_of(x, held).clone();
  missing.select(1, 0).fill_(1e12);  // the outermost tap of radius 7 is 9e-12
  EXPECT_FALSE(at::equal(low_pass(missing, held, own, 20, taps_, GetParam().border), exact));
}

TEST_P(LowPass, RejectsAHaloThatIsOneRowShort) {
  const at::Tensor x = structured_map(20, 9, 6, at::kFloat);
  const int radius = GetParam().radius;
  const RowRange above{9 - radius, 20};
  const RowRange below{0, 10 + radius};
  EXPECT_THROW(low_pass(rows_of(x, above), above, {8, 11}, 20, taps_, GetParam().border),
               std::invalid_argument);
  EXPECT_THROW(low_pass(rows_of(x, below), below, {8, 11}, 20, taps_, GetParam().border),
               std::invalid_argument);
}

TEST_P(LowPass, WideMapsAreCutIntoSegmentsWithoutATrace) {
  const at::Tensor x = structured_map(3, 700, 96, at::kFloat);
  const at::Tensor y = blur_whole(x, taps_, GetParam().border);
  for (const int channel : {0, 5, 95}) {  // one channel alone fits one segment
    const at::Tensor alone = blur_whole(x.narrow(3, channel, 1), taps_, GetParam().border);
    ASSERT_TRUE(at::equal(y.narrow(3, channel, 1), alone)) << channel;
  }
}

TEST_P(LowPass, NarrowTypesAreSummedInSinglePrecision) {
  const at::Tensor x = structured_map(13, 11, 6, at::kHalf);
  const at::Tensor y = blur_whole(x, taps_, GetParam().border);
  EXPECT_EQ(y.scalar_type(), at::kHalf);
  const at::Tensor wide = blur_whole(x.to(at::kFloat), taps_, GetParam().border);
  EXPECT_LE(((y.to(at::kFloat) - wide).abs() / (wide.abs() + 1e-3)).max().item<double>(), 1e-3);
}

INSTANTIATE_TEST_SUITE_P(
    Borders, LowPass,
    testing::Values(BlurCase{BlurBorder::Renormalised, 1}, BlurCase{BlurBorder::Renormalised, 3},
                    BlurCase{BlurBorder::Renormalised, 4}, BlurCase{BlurBorder::ZeroPadded, 1},
                    BlurCase{BlurBorder::ZeroPadded, 3}, BlurCase{BlurBorder::ZeroPadded, 7}),
    name_of);

TEST(LowPass, PaperBlurKeepsAConstantUpToTheBorder) {
  const at::Tensor x = at::full({1, 16, 24, 5}, 3.0, at::kFloat);
  for (const int radius : {1, 2, 3, 4}) {
    const at::Tensor y = blur_whole(x, gaussian_taps(radius, 1.0), BlurBorder::Renormalised);
    EXPECT_LE(largest_difference(x, y), 1e-6);
  }
}

TEST(LowPass, OfficialBlurOfAConstantLosesThirtyPercentAtAnEdgeAndHalfAtACorner) {
  const at::Tensor x = at::ones({1, 32, 32, 3}, at::kFloat);
  for (const int radius : {3, 7}) {
    const at::Tensor y = blur_whole(x, gaussian_taps(radius, 1.0), BlurBorder::ZeroPadded);
    EXPECT_NEAR(y[0][16][16][0].item<double>(), 1.0, 1e-6);
    EXPECT_NEAR(y[0][0][16][0].item<double>(), 0.70, 0.005);
    EXPECT_NEAR(y[0][16][31][1].item<double>(), 0.70, 0.005);
    EXPECT_NEAR(y[0][31][0][2].item<double>(), 0.49, 0.005);
  }
}

TEST(LowPass, RadiusZeroReturnsTheMap) {
  const at::Tensor x = structured_map(8, 8, 6, at::kFloat);
  EXPECT_TRUE(at::equal(blur_whole(x, gaussian_taps(0, 1.0), BlurBorder::ZeroPadded), x));
}

TEST(LowPass, StripWithoutRowsGivesNoRows) {
  const std::vector<float> taps = gaussian_taps(3, 1.0);
  const at::Tensor y = low_pass(at::empty({2, 0, 7, 6}), {}, {}, 8, taps, BlurBorder::Renormalised);
  EXPECT_EQ(y.sizes(), (std::vector<std::int64_t>{2, 0, 7, 6}));
}

TEST(LowPass, LayoutAndThreadCountDoNotChangeTheBits) {
  const std::vector<float> taps = gaussian_taps(4, 1.0);
  const at::Tensor x = structured_map(40, 40, 50, at::kFloat);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor one = blur_whole(x, taps, BlurBorder::Renormalised);
  at::set_num_threads(3);
  EXPECT_TRUE(at::equal(blur_whole(x, taps, BlurBorder::Renormalised), one));
  at::set_num_threads(threads);
  const at::Tensor planar = x.permute({0, 3, 1, 2}).contiguous().permute({0, 2, 3, 1});
  EXPECT_TRUE(at::equal(blur_whole(planar, taps, BlurBorder::Renormalised), one));
}

TEST(LowPass, RejectsShapesThatDoNotFit) {
  const std::vector<float> taps = gaussian_taps(1, 1.0);
  const at::Tensor x = at::zeros({1, 8, 8, 2});
  const auto border = BlurBorder::ZeroPadded;
  EXPECT_THROW(low_pass(x, {0, 7}, {0, 7}, 8, taps, border), std::invalid_argument);
  EXPECT_THROW(low_pass(x[0], {0, 8}, {0, 8}, 8, taps, border), std::invalid_argument);
  EXPECT_THROW(low_pass(x, {0, 8}, {0, 9}, 8, taps, border), std::invalid_argument);
  EXPECT_THROW(low_pass(x, {0, 8}, {0, 8}, 8, std::vector<float>{0.5f, 0.5f}, border),
               std::invalid_argument);
}

}  // namespace
}  // namespace tessera::fusion
