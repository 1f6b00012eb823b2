#include "model/sampling/noise_field.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace tessera::model {
namespace {

using partition::NoisePurpose;

const NoiseKey kKey{123, NoisePurpose::Renoise, 1, 0, 0};

TEST(NoiseField, FollowsThePublishedCounterAndBoxMuller) {
  const at::Tensor field = keyed_normals(kKey, {5, 6}, 8, 4);
  const auto words = partition::philox4x32(
      {5, 7, 0, partition::purpose_word(NoisePurpose::Renoise, 1, 0)}, partition::philox_key(123));
  const double u = (words[2] + 1.0) / 4294967296.0;
  const double v = words[3] / 4294967296.0;
  const double radius = std::sqrt(-2 * std::log(u));
  EXPECT_FLOAT_EQ(field[0][2][0][7].item<float>(),
                  static_cast<float>(radius * std::cos(2 * std::numbers::pi * v)));
  EXPECT_FLOAT_EQ(field[0][3][0][7].item<float>(),
                  static_cast<float>(radius * std::sin(2 * std::numbers::pi * v)));
}

TEST(NoiseField, HasRecordedValues) {
  const at::Tensor field = keyed_normals({123, NoisePurpose::InitialLatents}, {0, 2}, 2, 4);
  const float* values = field.const_data_ptr<float>();
  const float expected[] = {1.2575203F, 1.6786583F, 0.88230605F, 2.1115608F};
  for (int i = 0; i < 4; ++i) EXPECT_FLOAT_EQ(values[i * 4], expected[i]) << i;
}

TEST(NoiseFieldProp, AnyStripEqualsTheSameRowsOfTheWhole) {
  const at::Tensor whole = keyed_normals(kKey, {0, 40}, 17, 4);
  for (int begin = 0; begin < 40; begin += 4) {
    for (int end = begin + 4; end <= 40; end += 12) {
      EXPECT_TRUE(
          at::equal(keyed_normals(kKey, {begin, end}, 17, 4), whole.narrow(2, begin, end - begin)));
    }
  }
  EXPECT_EQ(keyed_normals(kKey, {8, 8}, 17, 4).numel(), 0);
}

TEST(NoiseFieldProp, DoesNotDependOnTheThreadCount) {
  const int threads = at::get_num_threads();
  const at::Tensor reference = keyed_normals(kKey, {0, 64}, 24, 4);
  at::set_num_threads(threads == 1 ? 2 : 1);
  EXPECT_TRUE(at::equal(keyed_normals(kKey, {0, 64}, 24, 4), reference));
  at::set_num_threads(threads);
}

TEST(NoiseField, EveryPartOfTheKeyGivesAnotherField) {
  const at::Tensor base = keyed_normals(kKey, {0, 4}, 8, 4);
  for (const NoiseKey& key : {NoiseKey{124, NoisePurpose::Renoise, 1, 0, 0},
                              NoiseKey{123, NoisePurpose::Posterior, 1, 0, 0},
                              NoiseKey{123, NoisePurpose::Renoise, 2, 0, 0},
                              NoiseKey{123, NoisePurpose::Renoise, 1, 1, 0},
                              NoiseKey{123, NoisePurpose::Renoise, 1, 0, 1}}) {
    EXPECT_FALSE(at::allclose(keyed_normals(key, {0, 4}, 8, 4), base));
  }
}

TEST(NoiseField, FirstChannelsDoNotDependOnTheirNumber) {
  const at::Tensor nine = keyed_normals(kKey, {0, 4}, 8, 9);
  EXPECT_TRUE(at::equal(keyed_normals(kKey, {0, 4}, 8, 4), nine.narrow(1, 0, 4)));
}

TEST(NoiseField, IsStandardNormalAndUncorrelated) {
  const at::Tensor field = keyed_normals({7, NoisePurpose::InitialLatents}, {0, 128}, 128, 4);
  EXPECT_NEAR(field.mean().item<double>(), 0, 0.015);
  EXPECT_NEAR(field.std().item<double>(), 1, 0.01);
  EXPECT_NEAR(field.pow(4).mean().item<double>(), 3, 0.1);
  const at::Tensor planes = field.view({4, -1});
  const at::Tensor correlation = at::matmul(planes, planes.t()) / planes.size(1);
  EXPECT_LT((correlation - at::eye(4)).abs().max().item<double>(), 0.04);
}

}  // namespace
}  // namespace tessera::model
