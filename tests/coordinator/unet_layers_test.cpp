#include "coordinator/unet_layers.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/coordinator/sample_models.h"

namespace tessera::coordinator {
namespace {

int count(const UnetLayers& network, UnetLayer::Kind kind) {
  return static_cast<int>(std::count_if(network.layers.begin(), network.layers.end(),
                                        [&](const UnetLayer& l) { return l.kind == kind; }));
}

TEST(UnetLayers, ListsTheLayersOfSdxl) {
  const UnetLayers network = unet_layers(sdxl_outline());
  EXPECT_EQ(count(network, UnetLayer::Kind::Conv3x3), 40);
  EXPECT_EQ(count(network, UnetLayer::Kind::Transformer), 11);
  int blocks = 0;
  for (const UnetLayer& layer : network.layers) {
    blocks += layer.depth;
  }
  EXPECT_EQ(blocks, 70);
}

TEST(UnetLayers, MarksTheNineDilatedConvolutionsOfSdxl) {
  const UnetLayers network = unet_layers(sdxl_outline());
  int dilated = 0;
  for (const UnetLayer& layer : network.layers) {
    if (!layer.dilated) continue;
    EXPECT_EQ(layer.level, 2);
    ++dilated;
  }
  EXPECT_EQ(dilated, 9);
}

TEST(UnetLayers, AddsUpTheSkipStackAndTheWidestConcat) {
  const UnetLayers network = unet_layers(sdxl_outline());
  EXPECT_DOUBLE_EQ(network.skip_channels, 1560);
  EXPECT_DOUBLE_EQ(network.concat_channels, 960);
}

TEST(UnetLayers, FollowsOtherDepthsAndWidths) {
  worker::ModelOutline model = small_outline();
  model.unet_widths = {8, 16, 32, 64};
  model.transformer_depths = {1, 1, 1, 0};
  model.resnets_per_level = 1;
  const UnetLayers network = unet_layers(model);
  // conv_in, conv_out, 3 strided, 3 upsampling, 2 in each of 4 down, 2 middle and 8 up resnets
  EXPECT_EQ(count(network, UnetLayer::Kind::Conv3x3), 2 + 3 + 3 + 2 * (4 + 2 + 8));
  EXPECT_EQ(count(network, UnetLayer::Kind::Transformer), 3 + 6);
}

TEST(UnetLayers, NothingIsDilatedInANetworkOfOneLevelButTheMiddle) {
  worker::ModelOutline model = small_outline();
  model.unet_widths = {16};
  model.transformer_depths = {1};
  int dilated = 0;
  for (const UnetLayer& layer : unet_layers(model).layers) {
    dilated += layer.dilated ? 1 : 0;
  }
  EXPECT_EQ(dilated, 4);
}

}  // namespace
}  // namespace tessera::coordinator
