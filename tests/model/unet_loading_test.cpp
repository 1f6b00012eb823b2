#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "model/unet/unet.h"
#include "tests/model/config_edits.h"
#include "tests/model/golden_tensors.h"
#include "tests/model/sdxl_configs.h"
#include "tests/model/tiny_unet.h"

namespace tessera::model {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

UnetConfig read(const nlohmann::json& content) {
  const ConfigFile file(content);
  return read_unet_config(file.path());
}

std::int64_t parameters_of(const UnetConfig& config) {
  ShapeCounter counter;
  const Unet unet(config, counter);
  return counter.parameters();
}

TEST(UnetLoading, SdxlHas2567463684Parameters) {
  EXPECT_EQ(parameters_of(read(sdxl_unet_config())), 2'567'463'684);
}

TEST(UnetLoading, ProjectionsByConvolutionHaveAsManyParametersAsLinearOnes) {
  nlohmann::json config = sdxl_unet_config();
  config["use_linear_projection"] = false;
  EXPECT_EQ(parameters_of(read(config)), 2'567'463'684);
}

TEST(UnetLoading, ProjectionsAreLinearLayersOrConvolutionsAsTheConfigSays) {
  for (const bool linear : {true, false}) {
    UnetConfig config = tiny_unet_config();
    config.linear_projection = linear;
    SyntheticWeights source;
    const Unet unet(config, source);
    for (const char* name : {"down_blocks.1.attentions.0.proj_in.weight",
                             "up_blocks.0.attentions.2.proj_out.weight"}) {
      EXPECT_EQ(source.shapes.at(name).size(), linear ? 2U : 4U);
    }
  }
}

TEST(UnetLoading, AsksForEveryTensorOfTheFileOnceAndForNoOther) {
  SyntheticWeights source;
  const Unet unet(read_unet_config(golden_model() / "unet" / "config.json"), source);
  std::vector<std::string> held;
  const auto file = storage::SafetensorsFile::open(golden_model() / "unet" /
                                                   "diffusion_pytorch_model.safetensors");
  for (const auto& [name, view] : file.tensors()) {
    held.push_back(name);
    ASSERT_TRUE(source.shapes.contains(name)) << name;
    EXPECT_EQ(source.shapes.at(name), view.shape) << name;
  }
  std::sort(held.begin(), held.end());
  std::sort(source.asked.begin(), source.asked.end());
  EXPECT_EQ(source.asked, held);
}

TEST(UnetLoading, WidensTheFirstResnetsOfEachLevelByTheSkipsThatReachIt) {
  SyntheticWeights source;
  const Unet unet(tiny_unet_config(), source);
  const auto inputs = [&](const std::string& resnet) {
    return source.shapes.at(resnet + ".conv1.weight")[1];
  };
  EXPECT_EQ(inputs("down_blocks.0.resnets.0"), 16);
  EXPECT_EQ(inputs("down_blocks.1.resnets.0"), 16);
  EXPECT_EQ(inputs("down_blocks.1.resnets.1"), 32);
  EXPECT_EQ(inputs("mid_block.resnets.0"), 48);
  EXPECT_EQ(inputs("up_blocks.0.resnets.2"), 48 + 32);
  EXPECT_EQ(inputs("up_blocks.1.resnets.0"), 48 + 32);
  EXPECT_EQ(inputs("up_blocks.2.resnets.2"), 16 + 16);
}

TEST(UnetLoading, ResamplesBetweenLevelsOnly) {
  SyntheticWeights source;
  const Unet unet(tiny_unet_config(), source);
  std::vector<std::string> resamplers;
  for (const std::string& name : source.asked) {
    if (name.find("samplers") != std::string::npos && name.ends_with(".weight")) {
      resamplers.push_back(name);
    }
  }
  EXPECT_THAT(resamplers, ElementsAre("down_blocks.0.downsamplers.0.conv.weight",
                                      "down_blocks.1.downsamplers.0.conv.weight",
                                      "up_blocks.0.upsamplers.0.conv.weight",
                                      "up_blocks.1.upsamplers.0.conv.weight"));
}

TEST(UnetLoading, LevelsWithoutTransformersHaveNone) {
  SyntheticWeights source;
  const Unet unet(tiny_unet_config(), source);
  for (const std::string& name : source.asked) {
    EXPECT_FALSE(name.starts_with("down_blocks.0.attentions")) << name;
    EXPECT_FALSE(name.starts_with("up_blocks.2.attentions")) << name;
  }
}

TEST(UnetLoading, BuildsTwoAndFourLevels) {
  for (const std::vector<int>& widths :
       {std::vector<int>{16, 32}, std::vector<int>{16, 16, 32, 32}}) {
    UnetConfig config = tiny_unet_config();
    config.widths = widths;
    config.heads.assign(widths.size(), 2);
    config.transformer_depths.assign(widths.size(), 1);
    SyntheticWeights source;
    const Unet unet(config, source);
    const std::string last = "up_blocks." + std::to_string(widths.size() - 1);
    EXPECT_THAT(source.asked, Contains(last + ".resnets.2.conv2.weight"));
  }
}

TEST(UnetLoading, AMissingTensorEndsTheLoad) {
  SyntheticWeights source;
  source.absent = {"mid_block.attentions.0.transformer_blocks.1.attn2.to_k.weight"};
  EXPECT_THROW(Unet(tiny_unet_config(), source), std::runtime_error);
}

}  // namespace
}  // namespace tessera::model
