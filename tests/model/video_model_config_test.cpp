#include "model/video/video_model_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/storage_error.h"
#include "tests/model/config_edits.h"
#include "tests/model/video_configs.h"
#include "tests/storage/expect_error.h"

namespace tessera::model {
namespace {

using ::testing::HasSubstr;

TEST(VideoModelConfig, IsReadAsItIsWritten) {
  VideoModelConfig config = videocrafter2_config();
  config.schedule.scale_end = 0.625;
  const ConfigFile file(video_config_json(config));
  const VideoModelConfig read = read_video_model_config(file.path());
  EXPECT_EQ(video_config_json(read), video_config_json(config));
  EXPECT_EQ(read.unet.widths, (std::vector<int>{320, 640, 1280, 1280}));
  EXPECT_EQ(read.schedule.scale_end, 0.625);
  EXPECT_EQ(read.text.activation, TextActivation::Gelu);
}

TEST(VideoModelConfig, AnUnscaledScheduleStaysSo) {
  VideoModelConfig config = videocrafter2_config();
  config.schedule.scale_end.reset();
  const ConfigFile file(video_config_json(config));
  EXPECT_FALSE(read_video_model_config(file.path()).schedule.scale_end.has_value());
}

TEST(VideoModelConfig, RefusesOtherFilesAndSizesThatCannotBe) {
  const auto refusal = [](const char* section, const char* field, const nlohmann::json& value) {
    nlohmann::json json = nlohmann::json::parse(video_config_json(videocrafter2_config()));
    (*section == '\0' ? json : json[section])[field] = value;
    const ConfigFile file(json);
    return storage::message_of<storage::DataError>([&] { read_video_model_config(file.path()); });
  };
  EXPECT_THAT(refusal("", "format", "diffusers"), HasSubstr("field \"format\""));
  EXPECT_THAT(refusal("", "version", 2), HasSubstr("field \"version\": only 1 is known"));
  EXPECT_THAT(refusal("", "vae", nullptr), HasSubstr("field \"vae\": missing or not an object"));
  EXPECT_THAT(refusal("unet", "widths", {320, 640, 100, 64}),
              HasSubstr("field \"unet.widths\": 100 is no multiple of head_width"));
  EXPECT_THAT(refusal("unet", "transformer_depths", {1, 1}),
              HasSubstr("has 2 entries, expected 4"));
  EXPECT_THAT(refusal("unet", "head_width", 0), HasSubstr("\"unet.head_width\": must be above 0"));
  EXPECT_THAT(refusal("vae", "scale_factor", 0),
              HasSubstr("\"vae.scale_factor\": must be above 0"));
  EXPECT_THAT(refusal("text", "heads", 3), HasSubstr("\"text.heads\": does not divide width"));
}

}  // namespace
}  // namespace tessera::model
