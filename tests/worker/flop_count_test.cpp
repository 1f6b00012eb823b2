#include "worker/flop_count.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "model/layers/feed_forward.h"
#include "model/random_weights.h"

namespace tessera::testing {
namespace {

TEST(FlopCount, SeesLayersThatWouldRunOnAPool) {
  constexpr int kWidth = 32;
  constexpr int kTokens = 4096;
  model::RandomWeights source(1, at::kFloat);
  const auto weights = model::load_feed_forward(source, "ff", kWidth);
  const auto norm = model::load_norm(source, "norm", kWidth);
  at::set_num_threads(2);
  const double flop = worker::count_flop_of([&] {
    model::feed_forward_residual(at::zeros({1, kTokens, kWidth}), norm, weights);
  });
  EXPECT_EQ(flop, 24.0 * kWidth * kWidth * kTokens);
  EXPECT_EQ(at::get_num_threads(), 2);
  at::set_num_threads(1);
}

}  // namespace
}  // namespace tessera::testing
