#include "model/video/video_shapes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/storage_error.h"
#include "tests/model/video_configs.h"
#include "tests/storage/expect_error.h"

namespace tessera::model {
namespace {

using ::testing::HasSubstr;

/// The tensors of a file: those that a render needs, and the text block that does not run.
TensorShapes file_shapes(VideoModelConfig config) {
  ++config.text.layers;
  return video_tensors(config);
}

std::string refusal(const TensorShapes& shapes) {
  return storage::message_of<storage::DataError>([&] { video_config_of(shapes, "m.ckpt"); });
}

TEST(VideoShapes, TellTheSizesOfVideoCrafter2) {
  const VideoModelConfig config = videocrafter2_config();
  EXPECT_EQ(video_config_json(video_config_of(file_shapes(config), "m.ckpt")),
            video_config_json(config));
}

TEST(VideoShapes, TellOtherSizes) {
  VideoModelConfig config = videocrafter2_config();
  config.unet.widths = {32, 96};
  config.unet.transformer_depths = {2, 1};
  config.unet.middle_depth = 3;
  config.unet.resnets_per_level = 3;
  config.unet.head_width = 16;
  config.unet.context_width = 48;
  config.unet.in_channels = 8;
  config.vae.widths = {32, 32, 64};
  config.vae.resnets_per_level = 1;
  config.text.width = 128;
  config.text.heads = 2;
  config.text.layers = 1;
  config.text.mlp_width = 100;
  EXPECT_EQ(video_config_json(video_config_of(file_shapes(config), "m.ckpt")),
            video_config_json(config));
}

TEST(VideoShapes, LeaveTheHeadsOpenWhereNoShapeTells) {
  VideoModelConfig config = videocrafter2_config();
  config.text.width = 48;
  EXPECT_EQ(video_config_of(file_shapes(config), "m.ckpt").text.heads, 0);
}

TEST(VideoShapes, NameTheTensorThatIsMissing) {
  const TensorShapes whole = file_shapes(videocrafter2_config());
  for (const std::string name :
       {"model.diffusion_model.out.2.weight", "model.diffusion_model.init_attn.0.proj_in.weight",
        "first_stage_model.post_quant_conv.weight",
        "cond_stage_model.model.positional_embedding"}) {
    TensorShapes shapes = whole;
    shapes.erase(name);
    EXPECT_THAT(refusal(shapes), HasSubstr("m.ckpt: tensor \"" + name + "\" is missing"));
  }
  EXPECT_THAT(refusal({}), HasSubstr("is missing"));
}

TEST(VideoShapes, RefuseSidesThatCannotBe) {
  TensorShapes shapes = file_shapes(videocrafter2_config());
  shapes["model.diffusion_model.init_attn.0.proj_in.weight"] = {511, 320, 1};
  EXPECT_THAT(refusal(shapes), HasSubstr("has 511 outputs, which 8 heads do not divide"));
  shapes["model.diffusion_model.init_attn.0.proj_in.weight"] = {std::int64_t{1} << 40, 320, 1};
  EXPECT_THAT(refusal(shapes), HasSubstr("expected 3 sides of usable lengths"));
  shapes["model.diffusion_model.init_attn.0.proj_in.weight"] = {512, 320};
  EXPECT_THAT(refusal(shapes), HasSubstr("is [512,320], expected 3 sides"));
}

TEST(VideoShapes, RefuseATextTowerOfOneBlock) {
  VideoModelConfig config = videocrafter2_config();
  config.text.layers = 0;
  EXPECT_THAT(refusal(file_shapes(config)), HasSubstr("of the blocks the last one does not run"));
}

}  // namespace
}  // namespace tessera::model
