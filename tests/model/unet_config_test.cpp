#include "model/unet/unet_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/storage_error.h"
#include "tests/model/config_edits.h"
#include "tests/model/sdxl_configs.h"
#include "tests/storage/expect_error.h"

namespace tessera::model {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

UnetConfig read(const nlohmann::json& content) {
  const ConfigFile file(content);
  return read_unet_config(file.path());
}

UnetConfig read_with(const char* field, const nlohmann::json& value) {
  nlohmann::json config = sdxl_unet_config();
  config[field] = value;
  return read(config);
}

TEST(UnetConfig, ReadsSdxl) {
  const UnetConfig config = read(sdxl_unet_config());
  EXPECT_THAT(config.widths, ElementsAre(320, 640, 1280));
  EXPECT_THAT(config.heads, ElementsAre(5, 10, 20));
  EXPECT_THAT(config.transformer_depths, ElementsAre(0, 2, 10));
  EXPECT_EQ(config.resnets_per_level, 2);
  EXPECT_EQ(config.context_width, 2048);
  EXPECT_EQ(config.embedding_width(), 1280);
  EXPECT_EQ(config.pooled_width(), 1280);
  EXPECT_EQ(config.norm_groups, 32);
  EXPECT_DOUBLE_EQ(config.norm_eps, 1e-5);
  EXPECT_TRUE(config.linear_projection);
  EXPECT_EQ(config.sample_size, 128);
}

TEST(UnetConfig, OneNumberStandsForAllLevels) {
  EXPECT_THAT(read_with("transformer_layers_per_block", 3).transformer_depths,
              ElementsAre(0, 3, 3));
  EXPECT_THAT(read_with("attention_head_dim", 8).heads, ElementsAre(8, 8, 8));
}

TEST(UnetConfig, NumbersOfHeadsTakePrecedenceOverTheMisnomer) {
  EXPECT_THAT(read_with("num_attention_heads", {1, 2, 4}).heads, ElementsAre(1, 2, 4));
}

TEST(UnetConfig, LeavesOutFieldsThatTheFormatDefaults) {
  nlohmann::json config = sdxl_unet_config();
  for (const char* field : {"use_linear_projection", "norm_num_groups", "norm_eps", "act_fn",
                            "mid_block_type", "downsample_padding", "freq_shift"}) {
    config.erase(field);
  }
  const UnetConfig read_config = read(config);
  EXPECT_FALSE(read_config.linear_projection);
  EXPECT_EQ(read_config.norm_groups, 32);
}

class UnetConfigRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(UnetConfigRefusal, NamesFileAndField) {
  const ConfigFile file(edited(sdxl_unet_config(), GetParam()));
  EXPECT_THAT(storage::message_of<storage::DataError>([&] { read_unet_config(file.path()); }),
              AllOf(HasSubstr(file.path().string()),
                    HasSubstr("field \"" + std::string(GetParam().named) + "\"")));
}

Refusal value(const char* field, const char* json) { return {field, json, field}; }

INSTANTIATE_TEST_SUITE_P(
    Variants, UnetConfigRefusal,
    ::testing::Values(
        value("upcast_attention", "true"), value("class_embed_type", R"("timestep")"),
        value("encoder_hid_dim", "768"), value("encoder_hid_dim_type", R"("text_proj")"),
        value("time_cond_proj_dim", "256"), value("dual_cross_attention", "true"),
        value("only_cross_attention", "true"), value("only_cross_attention", "[true, false]"),
        value("num_class_embeds", "10"), value("time_embedding_dim", "512"),
        value("timestep_post_act", R"("silu")"), value("resnet_skip_time_act", "true"),
        value("cross_attention_norm", R"("layer_norm")"),
        value("time_embedding_act_fn", R"("silu")"), value("center_input_sample", "true"),
        value("class_embeddings_concat", "true"), value("mid_block_only_cross_attention", "true"),
        value("reverse_transformer_layers_per_block", "[[1], [2], [3]]"),
        value("attention_type", R"("gated")"), value("resnet_out_scale_factor", "0.5"),
        value("conv_in_kernel", "1"), value("conv_out_kernel", "5"), value("act_fn", R"("gelu")"),
        value("resnet_time_scale_shift", R"("scale_shift")"),
        value("addition_embed_type", R"("text")"), value("addition_embed_type", "null"),
        value("addition_embed_type", "absent"),
        value("mid_block_type", R"("UNetMidBlock2DSimpleCrossAttn")"),
        value("time_embedding_type", R"("fourier")"), value("mid_block_scale_factor", "2"),
        value("downsample_padding", "0"), value("freq_shift", "1"),
        value("flip_sin_to_cos", "false")));

INSTANTIATE_TEST_SUITE_P(
    Shapes, UnetConfigRefusal,
    ::testing::Values(
        value("in_channels", "9"), value("out_channels", "8"), value("in_channels", "absent"),
        value("block_out_channels", "[320]"), value("block_out_channels", "[32, 32, 32, 32, 32]"),
        value("block_out_channels", "absent"), value("layers_per_block", "[2, 2, 2]"),
        value("layers_per_block", "0"), value("attention_head_dim", "[5, 10]"),
        value("attention_head_dim", "[5, 10, 7]"), value("attention_head_dim", "0"),
        value("transformer_layers_per_block", "[1, 2]"),
        value("transformer_layers_per_block", "[1, [2, 3], 10]"),
        value("cross_attention_dim", "[2048]"), value("addition_time_embed_dim", "absent"),
        value("projection_class_embeddings_input_dim", "1536"), value("norm_num_groups", "48"),
        value("norm_num_groups", "0"), value("sample_size", "absent"),
        value("down_block_types", R"(["DownBlock2D"])"),
        value("down_block_types",
              R"(["SimpleDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"])"),
        Refusal{"down_block_types", R"(["DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"])",
                "up_block_types"},
        value("up_block_types", R"(["UpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"])")));

TEST(UnetConfig, TheDeepestLevelNeedsTransformers) {
  nlohmann::json config = sdxl_unet_config();
  config["down_block_types"] = {"DownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"};
  config["up_block_types"] = {"UpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"};
  EXPECT_THAT(storage::message_of<storage::DataError>([&] { read(config); }),
              HasSubstr("the deepest level must have transformers"));
}

}  // namespace
}  // namespace tessera::model
