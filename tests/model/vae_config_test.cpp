#include "model/vae/vae_config.h"

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

TEST(VaeConfig, ReadsSdxl) {
  const ConfigFile file(sdxl_vae_config());
  const VaeConfig config = read_vae_config(file.path());
  EXPECT_THAT(config.widths, ElementsAre(128, 256, 512, 512));
  EXPECT_EQ(config.resnets_per_level, 2);
  EXPECT_EQ(config.latent_channels, 4);
  EXPECT_EQ(config.norm_groups, 32);
  EXPECT_DOUBLE_EQ(config.scaling_factor, 0.13025);
  EXPECT_EQ(config.sample_size, 1024);
}

TEST(VaeConfig, TakesFieldsOfLaterVersionsAtTheirNeutralValues) {
  nlohmann::json content = sdxl_vae_config();
  content.update(nlohmann::json::parse(R"({"shift_factor": null, "latents_mean": null,
      "latents_std": null, "use_quant_conv": true, "use_post_quant_conv": true,
      "mid_block_add_attention": true})"));
  const ConfigFile file(content);
  EXPECT_EQ(read_vae_config(file.path()).widths.size(), 4U);
}

class VaeConfigRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(VaeConfigRefusal, NamesFileAndField) {
  const ConfigFile file(edited(sdxl_vae_config(), GetParam()));
  EXPECT_THAT(storage::message_of<storage::DataError>([&] { read_vae_config(file.path()); }),
              AllOf(HasSubstr(file.path().string()),
                    HasSubstr("field \"" + std::string(GetParam().named) + "\"")));
}

Refusal value(const char* field, const char* json) { return {field, json, field}; }

INSTANTIATE_TEST_SUITE_P(
    Fields, VaeConfigRefusal,
    ::testing::Values(
        value("block_out_channels", "[128, 256, 512]"), value("block_out_channels", "absent"),
        value("down_block_types", R"(["DownEncoderBlock2D"])"),
        value("down_block_types", R"(["DownEncoderBlock2D", "DownEncoderBlock2D",
              "DownEncoderBlock2D", "AttnDownEncoderBlock2D"])"),
        value("up_block_types", R"(["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D",
              "AttnUpDecoderBlock2D"])"),
        value("act_fn", R"("relu")"), value("layers_per_block", "absent"),
        value("layers_per_block", "0"), value("latent_channels", "16"), value("in_channels", "1"),
        value("out_channels", "4"), value("norm_num_groups", "48"), value("norm_num_groups", "0"),
        value("scaling_factor", "0"), value("scaling_factor", "absent"),
        value("sample_size", "absent"), value("shift_factor", "0.1"),
        value("latents_mean", "[0.1, 0, 0, 0]"), value("latents_std", "[1, 1, 1, 1]"),
        value("use_quant_conv", "false"), value("use_post_quant_conv", "false"),
        value("mid_block_add_attention", "false")));

}  // namespace
}  // namespace tessera::model
