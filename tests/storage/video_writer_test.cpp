#include "storage/video_writer.h"

#include <limits>
#include <stdexcept>

#include "storage/png_reader.h"
#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "storage/video_reader.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/sample_metadata.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

constexpr partition::Extent kImage{32, 48};
constexpr int kFrames = 4;

class VideoWriterTest : public testing::Test {
 protected:
  static std::vector<float> samples(int frame) {
    std::vector<float> pixels(static_cast<std::size_t>(kImage.area()) * 3);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      pixels[i] = static_cast<float>((37 * i + 101 * static_cast<std::size_t>(frame)) % 1000) / 990;
    }
    return pixels;
  }

  /// The same rows, in two bands a frame, to any writer.
  static void write_frames(FrameWriter& writer) {
    for (int frame = 0; frame < kFrames; ++frame) {
      const std::vector<float> pixels = samples(frame);
      const std::span<const float> all(pixels);
      const std::size_t half = pixels.size() / 2;
      writer.begin_frame(frame, kImage, sample_metadata());
      writer.write_rows({0, kImage.rows / 2, kImage.cols, all.first(half)});
      writer.write_rows({kImage.rows / 2, kImage.rows / 2, kImage.cols, all.subspan(half)});
      writer.end_frame();
    }
    writer.close();
  }

  std::filesystem::path frame_file(int frame) const {
    return folder_ / ("frame-" + std::to_string(frame) + ".png");
  }

  void write_pngs() {
    PngWriter writer([this](int frame) { return frame_file(frame); }, {});
    write_frames(writer);
  }

  TemporaryFolder folder_;
  VideoForm form_{VideoFormat::Mkv, kImage, 10, 18, "text"};
};

TEST_F(VideoWriterTest, FramesOfTheLosslessClipEqualThePngs) {
  VideoWriter writer(folder_ / "a.mkv", form_);
  write_frames(writer);
  write_pngs();
  int frame = 0;
  read_video_frames(folder_ / "a.mkv", [&](std::span<const std::uint8_t> rgb) {
    const Raster raster = read_png(frame_file(frame++));
    EXPECT_TRUE(std::equal(rgb.begin(), rgb.end(), raster.samples.begin(), raster.samples.end()));
  });
  EXPECT_EQ(frame, kFrames);
}

TEST_F(VideoWriterTest, AContainerIsRebuiltFromFinishedFrames) {
  write_pngs();
  for (const VideoFormat format : {VideoFormat::Mp4, VideoFormat::Mkv}) {
    form_.format = format;
    VideoWriter writer(folder_ / "direct", form_);
    write_frames(writer);
    build_video(folder_ / "rebuilt", form_, kFrames, [this](int f) { return frame_file(f); });
    EXPECT_EQ(read_text(folder_ / "direct"), read_text(folder_ / "rebuilt"));
  }
}

TEST_F(VideoWriterTest, ARebuildNeedsEveryFrameInTheRightSize) {
  write_pngs();
  const auto build = [&] {
    build_video(folder_ / "a.mkv", form_, kFrames, [this](int f) { return frame_file(f); });
  };
  std::filesystem::rename(frame_file(2), folder_ / "kept.png");
  EXPECT_THAT(message_of<MissingFileError>(build), HasSubstr("frame-2.png"));
  PngWriter other([this](int) { return frame_file(2); }, {.depth = PngDepth::Bits16});
  other.begin_frame(0, {1, 1}, sample_metadata());
  const std::vector<float> pixel(3);
  other.write_rows({0, 1, 1, pixel});
  other.end_frame();
  EXPECT_THAT(message_of<DataError>(build),
              HasSubstr("frame-2.png: a frame of 1x1 with 3 channels up to 65535; expected 32x48"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a.mkv"));
}

TEST_F(VideoWriterTest, RefusesFramesOutOfOrderAndOddRows) {
  VideoWriter writer(folder_ / "a.mkv", form_);
  const std::vector<float> row(static_cast<std::size_t>(kImage.cols) * 3);
  EXPECT_THROW(writer.write_rows({0, 1, kImage.cols, row}), std::invalid_argument);
  EXPECT_THROW(writer.end_frame(), std::invalid_argument);
  EXPECT_THAT(
      message_of<std::invalid_argument>([&] { writer.begin_frame(1, kImage, sample_metadata()); }),
      HasSubstr("frame 1 of 32x48 came where frame 0 of 32x48 was expected"));
  EXPECT_THROW(writer.begin_frame(0, {1, 1}, sample_metadata()), std::invalid_argument);
  writer.begin_frame(0, kImage, sample_metadata());
  EXPECT_THROW(writer.begin_frame(0, kImage, sample_metadata()), std::invalid_argument);
  EXPECT_THROW(writer.write_rows({1, 1, kImage.cols, row}), std::invalid_argument);
  EXPECT_THROW(writer.end_frame(), std::invalid_argument);
  std::vector<float> broken = row;
  broken[7] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(message_of<DataError>([&] {
                writer.write_rows({0, 1, kImage.cols, broken});
              }),
              HasSubstr("the sample at row 0, column 2 is not a number"));
}

}  // namespace
}  // namespace tessera::storage
