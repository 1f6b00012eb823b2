#include "launch/clip_inspection.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "storage/content_digest.h"
#include "storage/storage_error.h"
#include "storage/video_encoder.h"
#include "tests/storage/sample_clip.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

using Json = nlohmann::json;

TEST(ClipInspection, ShowsWhatAContainerSays) {
  if (!storage::video_is_built()) GTEST_SKIP() << "built without FFmpeg's libraries";
  const storage::TemporaryFolder folder;
  const auto file = folder / "a.mp4";
  constexpr partition::Extent kImage{64, 128};
  storage::VideoEncoder encoder(file, {storage::VideoFormat::Mp4, kImage, 10, 18, "a cat"});
  for (int frame = 0; frame < 3; ++frame) encoder.add_frame(storage::ramp_frame(kImage, frame));
  encoder.close();
  const Json headers = Json::parse(inspect_clip(file, InspectionDepth::Headers));
  EXPECT_EQ(headers["kind"], "clip");
  EXPECT_EQ(headers["width"], 128);
  EXPECT_EQ(headers["frames"], 3);
  EXPECT_EQ(headers["frames_per_second"], 10);
  EXPECT_EQ(headers["color_space"], "bt709");
  EXPECT_EQ(headers["parameters"], "a cat");
  EXPECT_FALSE(headers.contains("sha256"));
  const Json whole = Json::parse(inspect_clip(file, InspectionDepth::Everything));
  EXPECT_EQ(whole["sha256"], storage::digest_of_file(file));
}

TEST(ClipInspection, RefusesWhatIsNoClip) {
  const storage::TemporaryFolder folder;
  EXPECT_THROW(inspect_clip(folder.put("a.mp4", "text"), InspectionDepth::Headers),
               storage::DataError);
}

}  // namespace
}  // namespace tessera::launch
