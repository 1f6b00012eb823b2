#include "storage/storage_error.h"
#include "storage/video_encoder.h"
#include "storage/video_reader.h"
#include "tests/storage/expect_error.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

TEST(VideoAbsent, SaysSoAndHowToGoOn) {
  EXPECT_FALSE(video_is_built());
  EXPECT_THAT(message_of<CannotCreateError>([] { VideoEncoder("a.mp4", VideoForm{}); }),
              HasSubstr("a.mp4: this program was built without FFmpeg's libraries. Write frames"));
  EXPECT_THROW(read_video_facts("a.mp4"), DataError);
  EXPECT_THROW(read_video_frames("a.mp4", [](auto) {}), DataError);
}

}  // namespace
}  // namespace tessera::storage
