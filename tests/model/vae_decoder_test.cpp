#include "model/vae/vae_decoder.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "model/vae/vae_encoder.h"
#include "tests/model/config_edits.h"
#include "tests/model/golden_tensors.h"
#include "tests/model/recording_ops.h"
#include "tests/model/sdxl_configs.h"
#include "tests/model/tiny_vae.h"

namespace tessera::model {
namespace {

using ::testing::ElementsAre;

class Decoder : public ::testing::Test {
 protected:
  c10::InferenceMode inference_;
  SyntheticWeights source_;
  VaeDecoder decoder_{tiny_vae_config(), source_};
  RecordingOps ops_{source_};
};

TEST_F(Decoder, GivesEightPixelsPerLatentPixel) {
  const at::Tensor image = decoder_.decode(noise_map({2, 4, 3, 5}, 1), ops_);
  EXPECT_EQ(image.sizes(), (std::vector<std::int64_t>{2, 3, 24, 40}));
  EXPECT_TRUE(image.isfinite().all().item<bool>());
}

TEST_F(Decoder, GivesTheSameBitsInABatchAndAlone) {
  const at::Tensor latents = noise_map({2, 4, 4, 4}, 2);
  EXPECT_TRUE(same_bits(decoder_.decode(latents.narrow(0, 1, 1), ops_),
                        decoder_.decode(latents, ops_).narrow(0, 1, 1)));
}

TEST_F(Decoder, UpsamplesAfterTheFirstThreeLevels) {
  decoder_.decode(noise_map({1, 4, 2, 2}, 3), ops_);
  std::vector<std::string> upsampled;
  for (const auto& conv : ops_.convs) {
    if (conv.upsampled) upsampled.push_back(conv.layer);
    EXPECT_EQ(conv.geometry.stride, 1) << conv.layer;
  }
  EXPECT_THAT(upsampled, ElementsAre("decoder.up_blocks.0.upsamplers.0.conv",
                                     "decoder.up_blocks.1.upsamplers.0.conv",
                                     "decoder.up_blocks.2.upsamplers.0.conv"));
  EXPECT_EQ(ops_.convs.back().shape, (std::vector<std::int64_t>{1, 8, 16, 16}));
}

TEST_F(Decoder, EndsWithTheActivationOfTheLastNorm) {
  decoder_.decode(noise_map({1, 4, 2, 2}, 4), ops_);
  EXPECT_EQ(ops_.norms.back().layer, "decoder.conv_norm_out");
  EXPECT_EQ(ops_.norms.back().geometry.activation, Activation::Silu);
}

TEST(Autoencoder, OfSdxlHas83653863Parameters) {
  const ConfigFile file(sdxl_vae_config());
  const VaeConfig config = read_vae_config(file.path());
  ShapeCounter counter;
  const VaeDecoder decoder(config, counter);
  const VaeEncoder encoder(config, counter);
  EXPECT_EQ(counter.parameters(), 83'653'863);
}

TEST(Autoencoder, AsksForEveryTensorOfTheFileOnceAndForNoOther) {
  const VaeConfig config = read_vae_config(golden_model() / "vae" / "config.json");
  SyntheticWeights source;
  const VaeDecoder decoder(config, source);
  const VaeEncoder encoder(config, source);
  std::vector<std::string> held;
  const auto file = storage::SafetensorsFile::open(golden_model() / "vae" /
                                                   "diffusion_pytorch_model.safetensors");
  for (const auto& [name, view] : file.tensors()) held.push_back(name);
  std::sort(held.begin(), held.end());
  std::sort(source.asked.begin(), source.asked.end());
  EXPECT_EQ(source.asked, held);
}

}  // namespace
}  // namespace tessera::model
