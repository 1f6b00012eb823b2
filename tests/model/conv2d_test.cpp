#include "model/layers/conv2d.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "model/spatial_ops.h"
#include "tests/model/tensor_patterns.h"

namespace tessera::model {
namespace {

using partition::Extent;

ConvWeights make_conv(int in, int out, int kernel) {
  return {noise_map({out, in, kernel, kernel}, 7) / std::sqrt(static_cast<double>(in)),
          noise({out}, 8)};
}

/// The same convolution by at::conv2d in double.
at::Tensor reference(const at::Tensor& x, const ConvWeights& conv, int stride,
                     partition::Extent dilation, partition::Extent padding) {
  return at::conv2d(x.to(at::kDouble), conv.weight.to(at::kDouble), conv.bias.to(at::kDouble),
                    {stride, stride}, {padding.rows, padding.cols}, {dilation.rows, dilation.cols});
}

/// As many threads for torch until the end of the scope.
class Threads {
 public:
  explicit Threads(int count) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_ = at::get_num_threads();
};

struct Shape {
  int in, out, cols;
  int dilation = 1;
};

void PrintTo(const Shape& shape, std::ostream* out) {
  *out << shape.in << "to" << shape.out << "x" << shape.cols << "d" << shape.dilation;
}

class ConvMapRows : public ::testing::TestWithParam<Shape> {};

TEST_P(ConvMapRows, GivesTheSameBitsForAnyRowsAndThreadsAndForHaloRowsInsteadOfPadding) {
  const auto [in, out, cols, reach] = GetParam();
  constexpr int kRows = 40;
  const ConvWeights conv = make_conv(in, out, 3);
  const at::Tensor x = noise_map({1, in, kRows, cols}, 1);
  const at::Tensor whole = conv_map(x, conv, 1, {reach, reach}, {reach, reach}, {});
  const at::Tensor haloed = at::constant_pad_nd(x, {0, 0, reach, reach});
  for (int rows = 1; rows <= 32; ++rows) {
    for (const int begin : {0, 3, kRows - rows}) {
      SCOPED_TRACE(::testing::Message() << rows << " rows from " << begin);
      const Threads threads(1 + (rows + begin) % 3);
      const at::Tensor strip = haloed.narrow(2, begin, rows + 2 * reach);
      const at::Tensor y = conv_map(strip, conv, 1, {reach, reach}, {0, reach}, {});
      ASSERT_TRUE(same_bits(y, whole.narrow(2, begin, rows)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, ConvMapRows,
                         ::testing::Values(Shape{4, 16, 8}, Shape{16, 16, 8}, Shape{64, 64, 32},
                                           Shape{32, 4, 24}, Shape{96, 32, 5}, Shape{3, 16, 33},
                                           Shape{16, 16, 9, 2}, Shape{16, 16, 9, 3}));

TEST(ConvMap, StripsOfAnEvenRowKeepTheBitsOfAStridedConvolution) {
  const ConvWeights conv = make_conv(16, 16, 3);
  const at::Tensor x = noise_map({1, 16, 32, 12}, 2);
  for (const int dilation : {1, 2, 3}) {
    const at::Tensor whole = conv_map(x, conv, 2, {dilation, 1}, {dilation, 1}, {});
    const at::Tensor haloed = at::constant_pad_nd(x, {0, 0, dilation, dilation});
    for (int rows = 2; rows <= 16; rows += 2) {
      SCOPED_TRACE(::testing::Message() << rows << " rows, dilation " << dilation);
      const Threads threads(1 + rows / 2 % 3);
      const at::Tensor strip = haloed.narrow(2, 8, rows + 2 * dilation);
      const at::Tensor y = conv_map(strip, conv, 2, {dilation, 1}, {0, 1}, {});
      // One output row more where the halo below a strip reaches the next even row.
      ASSERT_GE(y.size(2), rows / 2);
      EXPECT_TRUE(same_bits(y.narrow(2, 0, rows / 2), whole.narrow(2, 4, rows / 2)));
    }
  }
}

TEST(ConvMap, GivesTheSameBitsInABatchAndAlone) {
  const ConvWeights conv = make_conv(16, 32, 3);
  const at::Tensor x = noise_map({3, 16, 9, 8}, 3);
  const at::Tensor together = conv_map(x, conv, 1, {1, 1}, {1, 1}, {});
  for (int b = 0; b < 3; ++b) {
    EXPECT_TRUE(same_bits(conv_map(x.narrow(0, b, 1), conv, 1, {1, 1}, {1, 1}, {}),
                          together.narrow(0, b, 1)));
  }
}

TEST(ConvMap, TakesAnyMemoryLayout) {
  const ConvWeights conv = make_conv(8, 8, 3);
  const at::Tensor x = noise({2, 8, 6, 7}, 4);
  const at::Tensor wide = noise_map({2, 8, 6, 20}, 4);
  EXPECT_TRUE(same_bits(
      conv_map(x, conv, 1, {1, 1}, {1, 1}, {}),
      conv_map(x.contiguous(at::MemoryFormat::ChannelsLast), conv, 1, {1, 1}, {1, 1}, {})));
  const at::Tensor view = wide.narrow(3, 5, 7);
  EXPECT_TRUE(same_bits(conv_map(view, conv, 1, {1, 1}, {1, 1}, {}),
                        conv_map(view.clone(), conv, 1, {1, 1}, {1, 1}, {})));
}

TEST(ConvMap, UsesTheBiasOfEachBatchElementInsteadOfTheLayers) {
  ConvWeights conv = make_conv(8, 16, 3);
  const at::Tensor x = noise_map({2, 8, 5, 6}, 5);
  const at::Tensor bias_BC = noise({2, 16}, 6);
  const at::Tensor y = conv_map(x, conv, 1, {1, 1}, {1, 1}, bias_BC);
  for (int b = 0; b < 2; ++b) {
    conv.bias = bias_BC[b];
    EXPECT_TRUE(
        same_bits(conv_map(x.narrow(0, b, 1), conv, 1, {1, 1}, {1, 1}, {}), y.narrow(0, b, 1)));
  }
}

struct Geometry {
  int kernel, stride;
  partition::Extent dilation, padding;
};

void PrintTo(const Geometry& geometry, std::ostream* out) {
  *out << "kernel" << geometry.kernel << "stride" << geometry.stride << "dilation"
       << geometry.dilation.rows << "x" << geometry.dilation.cols << "padding"
       << geometry.padding.rows << "x" << geometry.padding.cols;
}

class ConvMapGeometry : public ::testing::TestWithParam<Geometry> {};

TEST_P(ConvMapGeometry, MatchesTheDefinitionInDouble) {
  const auto [kernel, stride, dilation, padding] = GetParam();
  const ConvWeights conv = make_conv(6, 10, kernel);
  const at::Tensor x = noise_map({2, 6, 13, 14}, 9);
  const at::Tensor y = conv_map(x, conv, stride, dilation, padding, {});
  const at::Tensor expected = reference(x, conv, stride, dilation, padding);
  ASSERT_EQ(y.sizes(), expected.sizes());
  EXPECT_LT(relative_max(y, expected), 2e-6);  // fp32 sums of 54 products
  EXPECT_TRUE(y.is_contiguous(at::MemoryFormat::ChannelsLast));
}

INSTANTIATE_TEST_SUITE_P(
    Geometries, ConvMapGeometry,
    ::testing::Values(Geometry{3, 1, {1, 1}, {1, 1}}, Geometry{3, 1, {1, 1}, {0, 1}},
                      Geometry{3, 2, {1, 1}, {1, 1}}, Geometry{3, 2, {1, 1}, {0, 0}},
                      Geometry{3, 1, {2, 2}, {2, 2}}, Geometry{3, 1, {4, 2}, {4, 2}},
                      Geometry{3, 1, {1, 3}, {1, 3}}, Geometry{3, 2, {3, 3}, {3, 3}},
                      Geometry{1, 1, {1, 1}, {0, 0}}));

TEST(ConvMap, AnEvenlyDilatedStridedConvolutionIsAConvolutionOfEveryOtherPixel) {
  const ConvWeights conv = make_conv(16, 16, 3);
  const at::Tensor x = noise_map({1, 16, 12, 16}, 10);
  const at::Tensor every_other = x.slice(2, 0, std::nullopt, 2)
                                     .slice(3, 0, std::nullopt, 2)
                                     .contiguous(at::MemoryFormat::ChannelsLast);
  for (const Extent half : {Extent{1, 1}, Extent{2, 2}, Extent{2, 1}}) {
    const Extent full{2 * half.rows, 2 * half.cols};
    EXPECT_LT(relative_max(conv_map(x, conv, 2, full, full, {}),
                           conv_map(every_other, conv, 1, half, half, {})),
              1e-6);
  }
}

TEST(ConvMap, ComputesInDoubleForDoubleMaps) {
  ConvWeights conv = make_conv(4, 4, 3);
  conv = {conv.weight.to(at::kDouble), conv.bias.to(at::kDouble)};
  const at::Tensor x = noise_map({1, 4, 6, 6}, 11).to(at::kDouble);
  EXPECT_LT(
      relative_max(conv_map(x, conv, 1, {1, 1}, {1, 1}, {}), reference(x, conv, 1, {1, 1}, {1, 1})),
      1e-14);
}

TEST(KernelReach, IsHalfTheDilatedKernelOnEachAxis) {
  const ConvWeights three = make_conv(1, 1, 3);
  EXPECT_EQ(kernel_reach(three, {}), (partition::Extent{1, 1}));
  EXPECT_EQ(kernel_reach(three, {.dilation = {4, 2}}), (partition::Extent{4, 2}));
  EXPECT_EQ(kernel_reach(make_conv(1, 1, 1), {.dilation = {4, 2}}), (partition::Extent{0, 0}));
}

}  // namespace
}  // namespace tessera::model
