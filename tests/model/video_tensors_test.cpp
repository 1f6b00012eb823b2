#include "model/video/video_tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/video_configs.h"

namespace tessera::model {
namespace {

using Shape = std::vector<std::int64_t>;

std::int64_t parameters_below(const TensorShapes& shapes, const std::string& prefix) {
  std::int64_t sum = 0;
  for (const auto& [name, shape] : shapes) {
    std::int64_t count = 1;
    for (const std::int64_t side : shape) count *= side;
    if (name.starts_with(prefix)) sum += count;
  }
  return sum;
}

TEST(VideoTensors, HaveTheParametersOfVideoCrafter2) {
  const TensorShapes shapes = video_tensors(videocrafter2_config());
  // The published count of the U-Net, and that of every autoencoder of Stable Diffusion.
  EXPECT_EQ(parameters_below(shapes, "model.diffusion_model."), 1'413'284'420);
  EXPECT_EQ(parameters_below(shapes, "first_stage_model."), 83'653'863);
}

TEST(VideoTensors, HaveTheNamesOfTheFiles) {
  const TensorShapes shapes = video_tensors(videocrafter2_config());
  const std::string unet = "model.diffusion_model.";
  EXPECT_EQ(shapes.at(unet + "output_blocks.2.1.conv.weight"), (Shape{1280, 1280, 3, 3}));
  EXPECT_EQ(shapes.at(unet + "output_blocks.8.3.conv.bias"), (Shape{640}));
  EXPECT_EQ(shapes.at(unet + "output_blocks.6.0.in_layers.2.weight"), (Shape{640, 1920, 3, 3}));
  EXPECT_EQ(shapes.at(unet + "input_blocks.9.0.op.weight"), (Shape{1280, 1280, 3, 3}));
  EXPECT_EQ(shapes.at(unet + "init_attn.0.proj_in.weight"), (Shape{512, 320, 1}));
  EXPECT_EQ(shapes.at(unet + "input_blocks.7.1.transformer_blocks.0.attn2.to_k.weight"),
            (Shape{1280, 1024}));
  EXPECT_EQ(shapes.at(unet + "middle_block.2.transformer_blocks.0.attn2.to_k.weight"),
            (Shape{1280, 1280}));
  EXPECT_FALSE(shapes.contains(unet + "input_blocks.10.1.norm.weight"));
  EXPECT_TRUE(shapes.contains("cond_stage_model.model.transformer.resblocks.22.ln_1.weight"));
  EXPECT_FALSE(shapes.contains("cond_stage_model.model.transformer.resblocks.23.ln_1.weight"));
}

TEST(VideoTensors, KnowWhatNoRenderNeeds) {
  EXPECT_TRUE(is_unused_video_tensor("posterior_mean_coef2", 23));
  EXPECT_TRUE(is_unused_video_tensor("scale_arr", 23));
  EXPECT_TRUE(is_unused_video_tensor("cond_stage_model.model.logit_scale", 23));
  const std::string blocks = "cond_stage_model.model.transformer.resblocks.";
  EXPECT_TRUE(is_unused_video_tensor(blocks + "23.mlp.c_fc.bias", 23));
  EXPECT_FALSE(is_unused_video_tensor(blocks + "2.mlp.c_fc.bias", 23));
  EXPECT_FALSE(is_unused_video_tensor(blocks + "24.mlp.c_fc.bias", 23));
  EXPECT_FALSE(is_unused_video_tensor("model_ema.decay", 23));
}

}  // namespace
}  // namespace tessera::model
