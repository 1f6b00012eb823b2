#include "model/layers/normed_conv.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "model/layers/group_norm.h"
#include "model/whole_image_ops.h"
#include "tests/model/tensor_patterns.h"

namespace tessera::model {
namespace {

using partition::Extent;

/// Tiles where channels are whole vectors and nothing is dilated, rows otherwise.
struct Case {
  const char* name;
  int in, out, kernel;
  Extent dilation;
  Extent map;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

at::Tensor wide(const at::Tensor& x) { return x.to(at::kDouble); }

class NormedConv : public ::testing::TestWithParam<Case> {
 protected:
  NormedConvolution layer() const {
    return {norm_, {4, 1e-5, Activation::Silu}, conv_, GetParam().dilation};
  }
  at::Tensor moments() const {
    const auto rows = static_cast<int>(x_.size(2));
    return merge_moments(group_moments(x_, {0, rows}, 4).unsqueeze(0),
                         {x_.size(1) / 4 * x_.size(2) * x_.size(3)});
  }
  at::Tensor exact() const {
    const Case& c = GetParam();
    const at::Tensor normalised =
        at::silu(at::group_norm(wide(x_), 4, wide(norm_.weight), wide(norm_.bias), 1e-5));
    const int taps = (c.kernel - 1) / 2;
    return at::conv2d(normalised, wide(conv_.weight), wide(conv_.bias), 1,
                      {taps * c.dilation.rows, taps * c.dilation.cols},
                      {c.dilation.rows, c.dilation.cols});
  }
  /// Rows [begin, end) as a strip that holds `reach` rows of the canvas on both sides.
  MapRows strip(std::int64_t begin, std::int64_t end, std::int64_t reach) const {
    const std::int64_t above = std::max<std::int64_t>(0, begin - reach);
    const std::int64_t below = std::min(x_.size(2), end + reach);
    const auto rows = [&](std::int64_t first, std::int64_t last) {
      return x_.narrow(2, first, last - first).contiguous(at::MemoryFormat::ChannelsLast);
    };
    return {rows(begin, end), rows(above, begin), rows(end, below), static_cast<int>(begin)};
  }

  at::Tensor x_ =
      noise_map({2, GetParam().in, GetParam().map.rows, GetParam().map.cols}, 1) * 3 + 1;
  NormWeights norm_{noise({GetParam().in}, 2), noise({GetParam().in}, 3)};
  ConvWeights conv_{
      noise_map({GetParam().out, GetParam().in, GetParam().kernel, GetParam().kernel}, 4),
      noise({GetParam().out}, 5)};
  at::Tensor residual_ =
      noise_map({2, GetParam().out, GetParam().map.rows, GetParam().map.cols}, 6);
};

TEST_P(NormedConv, IsTheNormThenTheConvolution) {
  EXPECT_LT(relative_max(normed_conv_map({x_}, moments(), layer()), exact()), 3e-6);
}

TEST_P(NormedConv, AddsTheResidualAndItsShortcut) {
  NormedConvolution with = layer();
  with.residual_BCHW = residual_;
  EXPECT_LT(relative_max(normed_conv_map({x_}, moments(), with), exact() + residual_), 3e-6);
  const LinearWeights shortcut{noise({GetParam().out, GetParam().in}, 7),
                               noise({GetParam().out}, 8)};
  with.residual_BCHW = x_;
  with.shortcut = &shortcut;
  const at::Tensor mixed =
      at::conv2d(wide(x_), wide(shortcut.weight).unsqueeze(2).unsqueeze(3), wide(shortcut.bias));
  EXPECT_LT(relative_max(normed_conv_map({x_}, moments(), with), exact() + mixed), 3e-6);
}

TEST_P(NormedConv, TakesABiasPerBatchElement) {
  NormedConvolution shifted = layer();
  shifted.bias_BC = noise({2, GetParam().out}, 9);
  const at::Tensor expected = exact() + (shifted.bias_BC - conv_.bias).unsqueeze(2).unsqueeze(3);
  EXPECT_LT(relative_max(normed_conv_map({x_}, moments(), shifted), expected), 3e-6);
}

TEST_P(NormedConv, GivesARowTheSameBitsInEveryStripAndOnEveryNumberOfThreads) {
  NormedConvolution with = layer();
  const at::Tensor whole = normed_conv_map({x_}, moments(), with);
  with.residual_BCHW = residual_;
  const at::Tensor added = normed_conv_map({x_}, moments(), with);
  const std::int64_t reach = (GetParam().kernel - 1) / 2 * GetParam().dilation.rows;
  const int before = at::get_num_threads();
  for (std::int64_t rows = 1; rows <= x_.size(2); ++rows) {
    for (std::int64_t begin = 0; begin + rows <= x_.size(2); begin += 3) {
      at::set_num_threads(static_cast<int>(1 + (rows + begin) % 3));
      SCOPED_TRACE(::testing::Message() << rows << " rows from " << begin << " on "
                                        << at::get_num_threads() << " threads");
      const MapRows held = strip(begin, begin + rows, reach);
      ASSERT_TRUE(
          same_bits(normed_conv_map(held, moments(), layer()), whole.narrow(2, begin, rows)));
      with.residual_BCHW = residual_.narrow(2, begin, rows);
      ASSERT_TRUE(same_bits(normed_conv_map(held, moments(), with), added.narrow(2, begin, rows)));
    }
  }
  at::set_num_threads(before);
}

TEST_P(NormedConv, GivesTheSameBitsAloneAndInABatchAndOnAnyNumberOfThreads) {
  const at::Tensor both = normed_conv_map({x_}, moments(), layer());
  const at::Tensor second =
      normed_conv_map({x_.narrow(0, 1, 1)}, moments().narrow(0, 1, 1), layer());
  EXPECT_TRUE(same_bits(second, both.narrow(0, 1, 1)));
  const int threads = at::get_num_threads();
  at::set_num_threads(threads == 1 ? 2 : 1);
  EXPECT_TRUE(same_bits(normed_conv_map({x_}, moments(), layer()), both));
  at::set_num_threads(threads);
}

TEST_P(NormedConv, InDoubleRunsMapByMap) {
  norm_ = {wide(norm_.weight), wide(norm_.bias)};
  conv_ = {wide(conv_.weight), wide(conv_.bias)};
  x_ = wide(x_);
  NormedConvolution with = layer();
  with.residual_BCHW = wide(residual_);
  const at::Tensor y = normed_conv_map({x_}, moments(), with);
  EXPECT_EQ(y.scalar_type(), at::kDouble);
  EXPECT_LT(relative_max(y, exact() + residual_), 3e-6);
  const std::int64_t reach = (GetParam().kernel - 1) / 2 * GetParam().dilation.rows;
  with.residual_BCHW = wide(residual_).narrow(2, 3, 2);
  EXPECT_LT(relative_max(normed_conv_map(strip(3, 5, reach), moments(), with), y.narrow(2, 3, 2)),
            1e-12);
}

INSTANTIATE_TEST_SUITE_P(
    Layers, NormedConv,
    ::testing::Values(Case{"Tiles", 16, 24, 3, {1, 1}, {12, 9}},
                      Case{"TilesOddRows", 8, 8, 3, {1, 1}, {7, 8}},
                      Case{"WideTilesInSeveralBands", 64, 32, 3, {1, 1}, {10, 1030}},
                      Case{"Dilated", 16, 16, 3, {2, 3}, {12, 9}},
                      Case{"FewOutputs", 16, 3, 3, {1, 1}, {11, 8}},
                      Case{"Pointwise", 16, 8, 1, {1, 1}, {6, 5}}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace tessera::model
