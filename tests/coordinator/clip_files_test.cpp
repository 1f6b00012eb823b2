#include "coordinator/clip_files.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tessera::coordinator {
namespace {

TEST(ClipFiles, FramesLieInAFolderOfTheClip) {
  EXPECT_EQ(frames_folder("videos/00000_123_512x320"), "frames/00000_123_512x320");
  EXPECT_EQ(frames_folder("mine/clip"), "frames/mine/clip");
  EXPECT_EQ(frame_name(7), "00007.png");
  EXPECT_EQ(frame_name(123456), "123456.png");
}

TEST(ClipFiles, PartsAreToldByTheirNames) {
  EXPECT_EQ(part_of_clip("frames/a/00003.png"), "00003.png");
  EXPECT_EQ(part_of_clip("videos/a.mp4"), ".mp4");
  EXPECT_EQ(part_of_clip("images/a.png"), "");
}

TEST(ClipFiles, ContainersAreThoseOfTheFormats) {
  using Format = configs::JobConfig::OutputFormat;
  configs::JobConfig::Output output;
  output.formats = {Format::Mkv, Format::Frames, Format::Mp4};
  EXPECT_EQ(container_extensions(output), (std::vector<std::string>{".mkv", ".mp4"}));
  EXPECT_EQ(format_of_extension(".mkv"), storage::VideoFormat::Mkv);
  EXPECT_THROW(format_of_extension(".png"), std::invalid_argument);
}

}  // namespace
}  // namespace tessera::coordinator
