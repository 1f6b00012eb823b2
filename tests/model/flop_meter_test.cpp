#include "model/layers/flop_meter.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/layers/attention_kernel.h"
#include "model/layers/conv2d.h"
#include "model/layers/linear.h"

namespace tessera::model {
namespace {

TEST(FlopMeter, CountsLayersOnTheRowsThatTheyCompute) {
  const FlopMeter meter;
  linear(at::zeros({2, 5, 16}), {at::zeros({24, 16}), {}});
  double expected = 2.0 * 2 * 5 * 16 * 24;
  EXPECT_EQ(meter.flop(), expected);
  attend(at::zeros({1, 2, 7, 8}), at::zeros({1, 2, 11, 8}), at::zeros({1, 2, 11, 8}),
         LogSumExp::Skip);
  expected += 4.0 * 2 * 7 * 11 * 8;
  EXPECT_EQ(meter.flop(), expected);
  const ConvWeights conv{at::zeros({6, 4, 3, 3}), at::zeros({6})};
  conv_map(at::zeros({1, 4, 10, 12}), conv, 1, {1, 1}, {0, 1}, {});
  expected += 2.0 * 9 * 4 * 6 * 8 * 12;
  EXPECT_EQ(meter.flop(), expected);
}

TEST(FlopMeter, TheInnermostCountsAndNoneIsNeeded) {
  count_flop(1);
  const FlopMeter outer;
  count_flop(2);
  {
    const FlopMeter inner;
    count_flop(4);
    EXPECT_EQ(inner.flop(), 4);
  }
  count_flop(8);
  EXPECT_EQ(outer.flop(), 10);
}

}  // namespace
}  // namespace tessera::model
