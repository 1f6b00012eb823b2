#include "model/weight_names.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/text/clip_text_encoder.h"
#include "model/vae/vae_decoder.h"
#include "model/vae/vae_encoder.h"
#include "tests/model/synthetic_weights.h"

namespace tessera::model {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::Not;
using ::testing::StartsWith;

TEST(OriginalUnetNames, RenamesPartsOfResidualBlocksAlone) {
  SyntheticWeights file;
  const auto names = original_unet_names(file);
  const auto asked = [&](const std::string& name) {
    names->require(name, {4});
    return file.asked.back();
  };
  const std::string root = "model.diffusion_model.";
  EXPECT_EQ(asked("input_blocks.7.0.norm1.weight"), root + "input_blocks.7.0.in_layers.0.weight");
  EXPECT_EQ(asked("middle_block.3.conv1.bias"), root + "middle_block.3.in_layers.2.bias");
  EXPECT_EQ(asked("input_blocks.1.0.time_emb_proj.bias"),
            root + "input_blocks.1.0.emb_layers.1.bias");
  EXPECT_EQ(asked("output_blocks.11.0.norm2.weight"),
            root + "output_blocks.11.0.out_layers.0.weight");
  EXPECT_EQ(asked("output_blocks.0.0.conv2.weight"),
            root + "output_blocks.0.0.out_layers.3.weight");
  EXPECT_EQ(asked("input_blocks.4.0.conv_shortcut.weight"),
            root + "input_blocks.4.0.skip_connection.weight");
  for (const char* same :
       {"input_blocks.1.1.transformer_blocks.0.norm1.weight", "input_blocks.9.0.op.weight",
        "input_blocks.1.0.temopral_conv.conv1.0.weight", "time_embed.0.weight", "out.2.bias"}) {
    EXPECT_EQ(asked(same), root + same);
  }
}

VaeConfig two_level_vae() {
  VaeConfig config;
  config.widths = {32, 64};
  config.resnets_per_level = 1;
  return config;
}

TEST(OriginalVaeNames, AskForTheNamesOfTheFile) {
  SyntheticWeights file;
  const auto names = original_vae_names(file, 2);
  const VaeDecoder decoder(two_level_vae(), *names);
  const VaeEncoder encoder(two_level_vae(), *names);
  EXPECT_THAT(file.asked, Each(StartsWith("first_stage_model.")));
  for (const char* name :
       {"encoder.conv_in.weight", "encoder.down.0.block.0.norm1.weight",
        "encoder.down.0.downsample.conv.bias", "encoder.down.1.block.0.nin_shortcut.weight",
        "encoder.mid.block_1.conv2.weight", "encoder.mid.attn_1.norm.bias",
        "encoder.mid.attn_1.q.weight", "encoder.mid.attn_1.proj_out.bias",
        "encoder.mid.block_2.conv1.weight", "encoder.norm_out.weight", "encoder.conv_out.weight",
        "quant_conv.weight", "decoder.up.1.block.1.conv1.weight",
        "decoder.up.1.upsample.conv.weight", "decoder.up.0.block.0.nin_shortcut.weight",
        "decoder.conv_out.bias", "post_quant_conv.weight"}) {
    EXPECT_THAT(file.asked, Contains(std::string("first_stage_model.") + name));
  }
  // The deepest level comes first in the network and last in the file; the image's has no
  // upsampler.
  EXPECT_THAT(file.asked, Not(Contains("first_stage_model.decoder.up.0.upsample.conv.weight")));
  EXPECT_EQ(file.shapes["first_stage_model.decoder.mid.attn_1.k.weight"],
            (std::vector<std::int64_t>{64, 64, 1, 1}));
}

TEST(OpenClipNames, SplitTheStackedProjection) {
  SyntheticWeights file;
  const auto names = open_clip_names(file);
  ClipTextConfig config;
  config.width = 16;
  config.mlp_width = 64;
  config.layers = 2;
  config.heads = 2;
  config.vocabulary_size = 100;
  const ClipTextWeights weights = load_clip_text(*names, config);
  const std::string block = "cond_stage_model.model.transformer.resblocks.1.";
  const at::Tensor stacked = file.require(block + "attn.in_proj_weight", {48, 16});
  EXPECT_TRUE(at::equal(weights.layers[1].q.weight, stacked.narrow(0, 0, 16)));
  EXPECT_TRUE(at::equal(weights.layers[1].k.weight, stacked.narrow(0, 16, 16)));
  EXPECT_TRUE(at::equal(weights.layers[1].v.weight, stacked.narrow(0, 32, 16)));
  const at::Tensor bias = file.require(block + "attn.in_proj_bias", {48});
  EXPECT_TRUE(at::equal(weights.layers[1].v.bias, bias.narrow(0, 32, 16)));
  for (const std::string name :
       {"ln_1.weight", "ln_2.bias", "attn.out_proj.weight", "mlp.c_fc.weight", "mlp.c_proj.bias"}) {
    EXPECT_THAT(file.asked, Contains(block + name));
  }
  for (const std::string name :
       {"token_embedding.weight", "positional_embedding", "ln_final.bias"}) {
    EXPECT_THAT(file.asked, Contains("cond_stage_model.model." + name));
  }
}

TEST(OriginalNames, SayWhetherTheFileHasATensor) {
  SyntheticWeights file;
  file.absent = {"model.diffusion_model.a.0.out_layers.3.weight",
                 "first_stage_model.encoder.mid.attn_1.q.weight",
                 "cond_stage_model.model.ln_final.weight"};
  EXPECT_FALSE(original_unet_names(file)->has("a.0.conv2.weight"));
  EXPECT_TRUE(original_unet_names(file)->has("a.0.conv1.weight"));
  EXPECT_FALSE(original_vae_names(file, 4)->has("encoder.mid_block.attentions.0.to_q.weight"));
  EXPECT_FALSE(open_clip_names(file)->has("text_model.final_layer_norm.weight"));
}

}  // namespace
}  // namespace tessera::model
