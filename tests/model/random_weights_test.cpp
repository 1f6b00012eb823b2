#include "model/random_weights.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace tessera::model {
namespace {

TEST(RandomWeights, DependOnSeedAndNameAlone) {
  RandomWeights first(1, at::kFloat);
  RandomWeights second(1, at::kFloat);
  const at::Tensor a = first.require("a.weight", {8, 4, 3, 3});
  second.require("b.weight", {5, 5});
  EXPECT_TRUE(at::equal(a, second.require("a.weight", {8, 4, 3, 3})));
  EXPECT_FALSE(at::equal(a, second.require("c.weight", {8, 4, 3, 3})));
  EXPECT_FALSE(at::equal(a, RandomWeights(2, at::kFloat).require("a.weight", {8, 4, 3, 3})));
}

TEST(RandomWeights, KeepTheSizeOfActivations) {
  RandomWeights weights(1, at::kFloat);
  const at::Tensor matrix = weights.require("proj.weight", {256, 400});
  EXPECT_NEAR(matrix.std().item<double>(), 1.0 / 20, 1e-3);
  EXPECT_TRUE(at::equal(weights.require("norm.weight", {3}), at::ones({3})));
  EXPECT_TRUE(at::equal(weights.require("norm.bias", {3}), at::zeros({3})));
  EXPECT_EQ(RandomWeights(1, at::kHalf).require("proj.weight", {2, 2}).scalar_type(), at::kHalf);
}

}  // namespace
}  // namespace tessera::model
