#include "fusion/free_u.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include "partition/canonical_blocks.h"
#include "partition/strip_layout.h"

namespace tessera::fusion {
namespace {

using partition::Extent;
using partition::RowRange;

constexpr double kGain = 0.6;

/// The filter as FreeU writes it: shifted spectrum, a 2x2 box about the centre, real part.
at::Tensor filter_by_fft(const at::Tensor& x, double gain) {
  at::Tensor spectrum = at::fft_fftshift(at::fft_fft2(x.to(at::kDouble)), at::IntArrayRef{-2, -1});
  const std::int64_t row = x.size(2) / 2 - 1;
  const std::int64_t col = x.size(3) / 2 - 1;
  spectrum.narrow(2, row, 2).narrow(3, col, 2).mul_(gain);
  return at::real(at::fft_ifft2(at::fft_ifftshift(spectrum, at::IntArrayRef{-2, -1})));
}

Extent map_of(const at::Tensor& x) {
  return {static_cast<int>(x.size(2)), static_cast<int>(x.size(3))};
}

/// Partials of all blocks, added in block order in double.
at::Tensor sums_of_blocks(const at::Tensor& x, const std::vector<RowRange>& blocks) {
  at::Tensor sums = at::zeros({x.size(0), x.size(1), 7}, at::kDouble);
  for (const RowRange block : blocks) {
    sums.add_(free_u_partials(x, block, 0, map_of(x)).to(at::kDouble));
  }
  return sums;
}

at::Tensor filter(const at::Tensor& x, double gain) {
  const at::Tensor sums =
      sums_of_blocks(x, partition::canonical_blocks(static_cast<int>(x.size(2)), 1));
  return damp_low_modes(x, sums, 0, map_of(x), gain);
}

double largest(const at::Tensor& x) { return x.abs().max().item<double>(); }

at::Tensor channels_last_noise(Extent map, at::ScalarType type) {
  at::manual_seed(11);
  return at::randn({2, 37, map.rows, map.cols}, at::kDouble)
      .to(type)
      .contiguous(at::MemoryFormat::ChannelsLast);
}

class FreeU : public testing::TestWithParam<Extent> {};

TEST_P(FreeU, EqualsTheFftFilter) {
  const at::Tensor x = channels_last_noise(GetParam(), at::kDouble);
  EXPECT_LE(largest(filter(x, kGain) - filter_by_fft(x, kGain)), 1e-14);
  const at::Tensor narrow = x.to(at::kFloat);
  EXPECT_LE(largest(filter(narrow, kGain) - filter_by_fft(narrow, kGain)), 1e-6);
}

TEST_P(FreeU, PartialsAndDampingOfStripsAreThoseOfTheWholeBitForBit) {
  const at::Tensor x = channels_last_noise(GetParam(), at::kFloat);
  const Extent map = GetParam();
  const std::vector<RowRange> blocks = partition::canonical_blocks(map.rows, 1);
  const at::Tensor sums = sums_of_blocks(x, blocks);
  const at::Tensor whole = damp_low_modes(x, sums, 0, map, kGain);
  for (const int strips : {2, 3}) {
    const auto layout = partition::make_strips(blocks, strips);
    for (const RowRange own : layout.all()) {
      const at::Tensor part =
          x.narrow(2, own.begin, own.rows()).contiguous(at::MemoryFormat::ChannelsLast);
      ASSERT_TRUE(at::equal(damp_low_modes(part, sums, own.begin, map, kGain),
                            whole.narrow(2, own.begin, own.rows())));
      const RowRange last{own.end - 1, own.end};
      ASSERT_TRUE(
          at::equal(free_u_partials(part, last, own.begin, map), free_u_partials(x, last, 0, map)));
    }
  }
}

TEST_P(FreeU, HalfPrecisionIsSummedInSinglePrecision) {
  const at::Tensor x = channels_last_noise(GetParam(), at::kHalf);
  const at::Tensor y = filter(x, kGain);
  EXPECT_EQ(y.scalar_type(), at::kHalf);
  EXPECT_LE(largest(y.to(at::kDouble) - filter_by_fft(x, kGain)), 4e-3);
}

INSTANTIATE_TEST_SUITE_P(EvenAndOddSizes, FreeU,
                         testing::Values(Extent{8, 8}, Extent{16, 6}, Extent{7, 9}, Extent{5, 12},
                                         Extent{33, 40}, Extent{64, 64}),
                         [](const auto& given) {
                           return std::to_string(given.param.rows) + "x" +
                                  std::to_string(given.param.cols);
                         });

/// cos(2 pi (k_y y / h + k_x x / w)) on a 12 x 10 map.
at::Tensor mode(int k_y, int k_x) {
  const at::Tensor y = at::arange(12, at::kDouble).view({1, 1, 12, 1}) * (k_y / 12.0);
  const at::Tensor x = at::arange(10, at::kDouble).view({1, 1, 1, 10}) * (k_x / 10.0);
  return ((y + x) * (2.0 * std::numbers::pi)).cos();
}

TEST(FreeU, GainsOfTheModesAreThoseOfTheAsymmetricBox) {
  const double half = (1.0 + kGain) / 2.0;
  const auto expect_gain = [](int k_y, int k_x, double gain) {
    EXPECT_LE(largest(filter(mode(k_y, k_x), kGain) - mode(k_y, k_x) * gain), 1e-14)
        << k_y << ", " << k_x;
  };
  expect_gain(0, 0, kGain);
  expect_gain(1, 0, half);
  expect_gain(0, 1, half);
  expect_gain(1, 1, half);
  expect_gain(1, -1, 1.0);
  expect_gain(2, 0, 1.0);
  expect_gain(0, 3, 1.0);
}

TEST(FreeU, GainOfOneKeepsTheMap) {
  const at::Tensor x = channels_last_noise({12, 10}, at::kFloat);
  EXPECT_TRUE(at::equal(filter(x, 1.0), x));
}

TEST(FreeU, ConstantWithALargeMeanIsScaledByTheGain) {
  const at::Tensor x = channels_last_noise({32, 48}, at::kFloat) + 300.0;
  EXPECT_LE(largest(filter(x, kGain) - filter_by_fft(x, kGain)), 300.0 * 1e-6);
}

TEST(FreeU, LocalRowPhasesGiveAnotherFilter) {
  const at::Tensor x = mode(1, 0);
  const at::Tensor lower = x.narrow(2, 6, 6);
  const at::Tensor global = free_u_partials(lower, {6, 12}, 6, {12, 10});
  const at::Tensor local = free_u_partials(lower, {0, 6}, 0, {12, 10});
  EXPECT_GT(largest(global - local), 1.0);
}

TEST(FreeU, MemoryLayoutAndThreadCountDoNotChangeTheBits) {
  const at::Tensor x = channels_last_noise({40, 40}, at::kFloat);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor one = filter(x, kGain);
  at::set_num_threads(3);
  EXPECT_TRUE(at::equal(filter(x, kGain), one));
  at::set_num_threads(threads);
  EXPECT_TRUE(at::equal(filter(x.contiguous(), kGain), one));
  EXPECT_TRUE(one.is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST(FreeU, BatchElementsDoNotTouchEachOther) {
  const at::Tensor x = channels_last_noise({12, 10}, at::kFloat);
  EXPECT_TRUE(at::equal(filter(x, kGain).narrow(0, 1, 1), filter(x.narrow(0, 1, 1), kGain)));
}

TEST(FreeU, RejectsRowsAndSumsThatDoNotFit) {
  const at::Tensor x = at::zeros({1, 3, 4, 10});
  const at::Tensor sums = at::zeros({1, 3, 7}, at::kDouble);
  EXPECT_THROW(free_u_partials(x, {0, 5}, 0, {12, 10}), std::invalid_argument);
  EXPECT_THROW(free_u_partials(x, {3, 5}, 4, {12, 10}), std::invalid_argument);
  EXPECT_THROW(free_u_partials(x, {0, 4}, 0, {12, 11}), std::invalid_argument);
  EXPECT_THROW(free_u_partials(x[0], {0, 4}, 0, {12, 10}), std::invalid_argument);
  EXPECT_THROW(damp_low_modes(x, sums, 9, {12, 10}, kGain), std::invalid_argument);
  EXPECT_THROW(damp_low_modes(x, sums.narrow(2, 0, 6), 0, {12, 10}, kGain), std::invalid_argument);
}

}  // namespace
}  // namespace tessera::fusion
