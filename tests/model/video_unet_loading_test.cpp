// Which tensors the video network asks for.
#include <gtest/gtest.h>

#include "model/video/video_unet.h"
#include "tests/model/tiny_video_unet.h"
#include "tests/model/video_fixture.h"

namespace tessera::model {
namespace {

TEST(VideoUnetLoading, HasTheParametersOfVideoCrafter2) {
  VideoUnetConfig config;
  config.widths = {320, 640, 1280, 1280};
  config.transformer_depths = {1, 1, 1, 0};
  ShapeCounter counter;
  const VideoUnet unet(config, counter);
  EXPECT_EQ(counter.parameters(), 1413284420);
  EXPECT_EQ(unet.self_attentions({40, 64}).size(), 16U);
}

TEST(VideoUnetLoading, HasTheParametersOfTheRecordedModel) {
  ShapeCounter counter;
  const VideoUnet unet(video_fixture_config().unet, counter);
  EXPECT_EQ(counter.parameters(), 3395108);
}

TEST(VideoUnetLoading, FollowsTheWidthsOfTheSkips) {
  const TinyVideoUnet tiny;
  using Shape = std::vector<std::int64_t>;
  const auto& shapes = tiny.source.shapes;
  // Skips, last first: 32 (5), 64 (4: downsampled), 64 (3), 32 (2), 32 (1), 32 (0).
  EXPECT_EQ(shapes.at("output_blocks.0.0.norm1.weight"), (Shape{64}));
  EXPECT_EQ(shapes.at("output_blocks.1.0.norm1.weight"), (Shape{96}));
  EXPECT_EQ(shapes.at("output_blocks.2.0.norm1.weight"), (Shape{96}));
  EXPECT_EQ(shapes.at("output_blocks.3.0.norm1.weight"), (Shape{96}));
  EXPECT_EQ(shapes.at("output_blocks.5.0.norm1.weight"), (Shape{64}));
  EXPECT_EQ(shapes.at("init_attn.0.proj_in.weight"), (Shape{128, 32, 1}));
  EXPECT_EQ(shapes.at("output_blocks.1.1.conv.weight"), (Shape{32, 32, 3, 3}));
  EXPECT_EQ(shapes.at("output_blocks.3.3.conv.weight"), (Shape{64, 64, 3, 3}));
  EXPECT_FALSE(shapes.contains("output_blocks.5.3.conv.weight"));
  EXPECT_FALSE(shapes.contains("input_blocks.5.1.norm.weight"));
}

}  // namespace
}  // namespace tessera::model
