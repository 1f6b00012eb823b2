#include "storage/video_reader.h"

#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "storage/video_encoder.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/sample_clip.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

TEST(VideoReader, RefusesWhatIsNoClip) {
  const TemporaryFolder folder;
  EXPECT_THROW(read_video_facts(folder / "none.mp4"), MissingFileError);
  const auto text = folder.put("a.mp4", "no clip at all");
  EXPECT_THAT(message_of<DataError>([&] { read_video_facts(text); }),
              HasSubstr("a.mp4: not a clip that can be read: FFmpeg: "));
  EXPECT_THROW(read_video_frames(folder.put("b.mkv", ""), [](auto) {}), DataError);
}

TEST(VideoReader, RefusesAClipThatEndsInItsIndex) {
  const TemporaryFolder folder;
  constexpr partition::Extent kImage{64, 64};
  VideoEncoder encoder(folder / "a.mp4", {VideoFormat::Mp4, kImage, 10, 18, ""});
  for (int frame = 0; frame < 3; ++frame) encoder.add_frame(ramp_frame(kImage, frame));
  encoder.close();
  EXPECT_EQ(read_video_frames(folder / "a.mp4", [](auto) {}), 3);
  const std::string bytes = read_text(folder / "a.mp4");
  const auto cut = folder.put("b.mp4", bytes.substr(0, 200));
  EXPECT_THROW(read_video_facts(cut), DataError);
  EXPECT_THROW(read_video_frames(cut, [](auto) {}), DataError);
}

}  // namespace
}  // namespace tessera::storage
