#include "model/video/video_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/storage_error.h"
#include "tests/model/video_configs.h"
#include "tests/storage/expect_error.h"

namespace tessera::model {
namespace {

using ::testing::HasSubstr;

VideoModelConfig with_facts(const std::map<std::string, std::string>& values) {
  VideoModelConfig config = videocrafter2_config();
  apply_model_facts(config, {"model.yaml", values});
  return config;
}

std::string refusal(const std::string& key, const std::string& value) {
  return storage::message_of<storage::DataError>([&] { with_facts({{key, value}}); });
}

TEST(VideoFacts, GiveWhatNoShapeTells) {
  const VideoModelConfig config =
      with_facts({{"model.params.scale_factor", "0.5"},
                  {"model.params.timesteps", "500"},
                  {"model.params.linear_start", "1e-3"},
                  {"model.params.scale_b", "0.3"},
                  {"model.params.use_scale", "True"},
                  {"model.params.unet_config.params.temporal_length", "24"}});
  EXPECT_EQ(config.vae.scaling_factor, 0.5);
  EXPECT_EQ(config.schedule.train_steps, 500);
  EXPECT_EQ(config.schedule.beta_start, 1e-3);
  EXPECT_EQ(config.schedule.beta_end, 0.012);
  EXPECT_EQ(config.schedule.scale_end, 0.3);
  EXPECT_EQ(config.unet.temporal_length, 24);
}

TEST(VideoFacts, MaySayThatTheScheduleIsNotScaled) {
  EXPECT_FALSE(with_facts({{"model.params.use_scale", "false"}}).schedule.scale_end.has_value());
}

TEST(VideoFacts, AgreeWithTheWeights) {
  with_facts({{"model.params.unet_config.params.channel_mult", "1,2,4,4"},
              {"model.params.unet_config.params.context_dim", "1024"},
              {"model.params.first_stage_config.params.ddconfig.ch_mult", "1,2,4,4"},
              {"model.params.first_stage_config.params.ddconfig.attn_resolutions", ""},
              {"model.params.unet_config.params.dropout", "whatever"}});
  EXPECT_THAT(refusal("model.params.unet_config.params.channel_mult", "1,2,4"),
              HasSubstr("model.yaml: model.params.unet_config.params.channel_mult is 1,2,4, "
                        "expected 1,2,4,4 as in the weights"));
  EXPECT_THAT(refusal("model.params.unet_config.params.num_head_channels", "32"),
              HasSubstr("expected 64 as in the weights"));
}

TEST(VideoFacts, RefuseOtherVariantsAndNoNumbers) {
  EXPECT_THAT(refusal("model.params.unet_config.params.use_relative_position", "true"),
              HasSubstr("expected false; other variants are not supported"));
  EXPECT_THAT(refusal("model.params.cond_stage_config.params.layer", "last"),
              HasSubstr("expected penultimate"));
  EXPECT_THAT(refusal("model.params.parameterization", "v"), HasSubstr("expected eps"));
  EXPECT_THAT(refusal("model.params.scale_factor", "0.5x"), HasSubstr("expected a number"));
  EXPECT_THAT(refusal("model.params.timesteps", "0.5"), HasSubstr("a whole number above 0"));
}

TEST(VideoFacts, OfTheTextGiveTheHeads) {
  VideoModelConfig config = videocrafter2_config();
  config.text.heads = 0;
  apply_text_facts(config, {"clip.json", {{"text_cfg.heads", "8"}, {"text_cfg.layers", "24"}}});
  EXPECT_EQ(config.text.heads, 8);
  const auto refused = [&](const std::string& key, const std::string& value) {
    return storage::message_of<storage::DataError>([&] {
      apply_text_facts(config, {"clip.json", {{key, value}}});
    });
  };
  config.text.heads = 0;
  apply_text_facts(config, {"clip.json", {{"text_cfg.width", "1024"}}});
  EXPECT_EQ(config.text.heads, 0) << "not told";
  EXPECT_THAT(refused("text_cfg.layers", "23"), HasSubstr("expected 24 as in the weights"));
  EXPECT_THAT(refused("text_cfg.heads", "3"), HasSubstr("does not divide the width 1024"));
}

}  // namespace
}  // namespace tessera::model
