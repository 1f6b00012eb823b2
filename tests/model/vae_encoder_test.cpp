#include "model/vae/vae_encoder.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/recording_ops.h"
#include "tests/model/tiny_vae.h"

namespace tessera::model {
namespace {

using ::testing::ElementsAre;

class Encoder : public ::testing::Test {
 protected:
  c10::InferenceMode inference_;
  SyntheticWeights source_;
  VaeEncoder encoder_{tiny_vae_config(), source_};
  RecordingOps ops_{source_};
};

TEST_F(Encoder, GivesEightMomentsPerEightByEightPixels) {
  const at::Tensor moments = encoder_.encode(noise_map({2, 3, 24, 40}, 1), ops_);
  EXPECT_EQ(moments.sizes(), (std::vector<std::int64_t>{2, 8, 3, 5}));
  EXPECT_TRUE(moments.isfinite().all().item<bool>());
}

TEST_F(Encoder, GivesTheSameBitsInABatchAndAlone) {
  const at::Tensor images = noise_map({2, 3, 32, 32}, 2);
  EXPECT_TRUE(same_bits(encoder_.encode(images.narrow(0, 1, 1), ops_),
                        encoder_.encode(images, ops_).narrow(0, 1, 1)));
}

TEST_F(Encoder, DownsamplesWithPaddingBelowAndRightOnly) {
  encoder_.encode(noise_map({1, 3, 16, 16}, 3), ops_);
  std::vector<std::string> downsampled;
  for (const auto& conv : ops_.convs) {
    const bool strided = conv.geometry.stride == 2;
    EXPECT_EQ(conv.geometry.padding, strided ? Padding::AfterOnly : Padding::Same) << conv.layer;
    if (strided) downsampled.push_back(conv.layer);
  }
  EXPECT_THAT(downsampled, ElementsAre("encoder.down_blocks.0.downsamplers.0.conv",
                                       "encoder.down_blocks.1.downsamplers.0.conv",
                                       "encoder.down_blocks.2.downsamplers.0.conv"));
}

TEST_F(Encoder, HasOneResnetFewerPerLevelThanTheDecoder) {
  EXPECT_TRUE(source_.shapes.contains("encoder.down_blocks.3.resnets.1.conv1.weight"));
  EXPECT_FALSE(source_.shapes.contains("encoder.down_blocks.3.resnets.2.conv1.weight"));
}

TEST_F(Encoder, LeavesThePictureAlone) {
  const at::Tensor image = noise_map({1, 3, 16, 16}, 4);
  const at::Tensor before = image.clone();
  encoder_.encode(image, ops_);
  EXPECT_TRUE(same_bits(image, before));
}

}  // namespace
}  // namespace tessera::model
