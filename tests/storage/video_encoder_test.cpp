#include "storage/video_encoder.h"

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <random>
#include <stdexcept>

#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "storage/video_reader.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/sample_clip.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

constexpr partition::Extent kImage{64, 128};

class VideoEncoderTest : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const VideoForm& form,
                              const std::vector<Rgb>& frames) {
    const std::filesystem::path path = folder_ / name;
    VideoEncoder encoder(path, form);
    for (const Rgb& frame : frames) encoder.add_frame(frame);
    EXPECT_FALSE(std::filesystem::exists(path)) << "it appears when it is complete";
    encoder.close();
    return path;
  }

  static std::vector<Rgb> ramp(int frames) {
    std::vector<Rgb> clip;
    for (int frame = 0; frame < frames; ++frame) clip.push_back(ramp_frame(kImage, frame));
    return clip;
  }

  /// Frames that do not become small.
  static std::vector<Rgb> noise(int frames) {
    std::vector<Rgb> clip = ramp(frames);
    std::minstd_rand random(7);
    for (Rgb& frame : clip) {
      for (std::uint8_t& sample : frame) sample = static_cast<std::uint8_t>(random() >> 8);
    }
    return clip;
  }

  TemporaryFolder folder_;
  VideoForm mp4_{VideoFormat::Mp4, kImage, 10, 18, "a lighthouse, ümlaut\nSteps: 50"};
  VideoForm mkv_{VideoFormat::Mkv, kImage, 24, 18, "a lighthouse, ümlaut\nSteps: 50"};
};

TEST_F(VideoEncoderTest, Mp4IsH264InBt709) {
  const VideoFacts facts = read_video_facts(write("a.mp4", mp4_, ramp(16)));
  EXPECT_EQ(facts.codec, "h264");
  EXPECT_EQ(facts.pixel_format, "yuv420p");
  EXPECT_EQ(facts.color_range, "tv");
  EXPECT_EQ(facts.color_space, "bt709");
  EXPECT_EQ(facts.color_primaries, "bt709");
  EXPECT_EQ(facts.color_transfer, "bt709");
  EXPECT_EQ(facts.image, kImage);
  EXPECT_EQ(facts.frames, 16);
  EXPECT_DOUBLE_EQ(facts.frames_per_second, 10);
  EXPECT_EQ(facts.parameters, mp4_.parameters);
  EXPECT_EQ(folder_.entries(), 1u) << "no temporary file is left";
}

TEST_F(VideoEncoderTest, MkvIsLossless) {
  const std::vector<Rgb> frames = ramp(5);
  const std::filesystem::path path = write("a.mkv", mkv_, frames);
  const VideoFacts facts = read_video_facts(path);
  EXPECT_EQ(facts.codec, "ffv1");
  EXPECT_EQ(facts.color_range, "pc");
  EXPECT_EQ(facts.frames, 5);
  EXPECT_DOUBLE_EQ(facts.frames_per_second, 24);
  EXPECT_EQ(facts.parameters, mkv_.parameters);
  std::size_t frame = 0;
  read_video_frames(path, [&](std::span<const std::uint8_t> rgb) {
    EXPECT_TRUE(std::equal(rgb.begin(), rgb.end(), frames[frame].begin(), frames[frame].end()))
        << "frame " << frame;
    ++frame;
  });
  EXPECT_EQ(frame, frames.size());
}

/// Full range in, limited range in the file, full range out: white stays white, and colours that
/// another matrix or range would shift by 5 to 20 levels stay within what rounding allows.
TEST_F(VideoEncoderTest, Mp4KeepsColours) {
  const std::vector<std::vector<std::uint8_t>> colors = {
      {255, 255, 255}, {0, 0, 0}, {200, 30, 40}, {20, 180, 60}, {40, 60, 220}, {128, 128, 128}};
  std::vector<Rgb> frames;
  for (const auto& c : colors) frames.push_back(plain_frame(kImage, c[0], c[1], c[2]));
  mp4_.crf = 0;
  std::size_t frame = 0;
  read_video_frames(write("a.mp4", mp4_, frames), [&](std::span<const std::uint8_t> rgb) {
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(rgb[i], colors[frame][i], 3) << "frame " << frame << ", channel " << i;
    }
    ++frame;
  });
  EXPECT_EQ(frame, colors.size());
}

TEST_F(VideoEncoderTest, EqualFramesGiveEqualBytes) {
  EXPECT_EQ(read_text(write("a.mp4", mp4_, ramp(4))), read_text(write("b.mp4", mp4_, ramp(4))));
  EXPECT_EQ(read_text(write("a.mkv", mkv_, ramp(4))), read_text(write("b.mkv", mkv_, ramp(4))));
}

TEST_F(VideoEncoderTest, WithoutCloseNothingIsLeft) {
  {
    VideoEncoder encoder(folder_ / "a.mp4", mp4_);
    encoder.add_frame(ramp_frame(kImage, 0));
  }
  EXPECT_EQ(folder_.entries(), 0u);
}

TEST_F(VideoEncoderTest, ReplacesTheFileOfBefore) {
  folder_.put("a.mkv", "old");
  EXPECT_EQ(read_video_facts(write("b.mkv", mkv_, ramp(1))).frames, 1);
}

TEST_F(VideoEncoderTest, ANameMayLookLikeAProtocol) {
  EXPECT_EQ(read_video_facts(write("http:a%03d.mkv", mkv_, ramp(2))).frames, 2);
}

TEST_F(VideoEncoderTest, RefusesWhatAClipCannotBe) {
  const auto refusal = [&](const VideoForm& form) {
    return message_of<std::invalid_argument>([&] { VideoEncoder(folder_ / "a.mp4", form); });
  };
  VideoForm odd = mp4_;
  odd.image = {63, 128};
  EXPECT_THAT(refusal(odd), HasSubstr("sides of an mp4 are even"));
  odd.image = {0, 128};
  EXPECT_THAT(refusal(odd), HasSubstr("a clip of 0x128"));
  VideoForm still = mp4_;
  still.frames_per_second = 0;
  EXPECT_THAT(refusal(still), HasSubstr("0 frames per second"));
  VideoEncoder encoder(folder_ / "a.mp4", mp4_);
  EXPECT_THROW(encoder.add_frame(Rgb(5)), std::invalid_argument);
  EXPECT_THROW(encoder.close(), std::invalid_argument) << "no frame";
}

TEST_F(VideoEncoderTest, TellsWhyAFileCannotBeWritten) {
  EXPECT_THROW(VideoEncoder(folder_ / "no/a.mp4", mp4_), CannotCreateError);
}

TEST_F(VideoEncoderTest, AFullDiskIsNamedWithFfmpegsText) {
  // A limit on the size of files fails as a full disk does, with another number.
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  for (const VideoForm& form : {mp4_, mkv_}) {
    const rlimit small = {20'000, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const std::string message = message_of<IoError>([&] { write("a", form, noise(20)); });
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_THAT(message, HasSubstr("/a: cannot "));
    EXPECT_THAT(message, HasSubstr("FFmpeg: File too large"));
    EXPECT_EQ(folder_.entries(), 0u);
  }
  std::signal(SIGXFSZ, handler);
}

/// What another program reads, where it is installed.
TEST_F(VideoEncoderTest, FfprobeReadsTheSame) {
  if (std::system("ffprobe -version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no ffprobe";
  const std::string out = (folder_ / "out.txt").string();
  const std::string command = "ffprobe -v error -count_frames -show_streams -show_format " +
                              write("a.mp4", mp4_, ramp(16)).string() + " > " + out;
  ASSERT_EQ(std::system(command.c_str()), 0);
  const std::string text = read_text(out);
  for (const char* line :
       {"codec_name=h264\n", "width=128\n", "height=64\n", "pix_fmt=yuv420p\n", "color_range=tv\n",
        "color_space=bt709\n", "color_transfer=bt709\n", "color_primaries=bt709\n",
        "avg_frame_rate=10/1\n", "nb_frames=16\n", "nb_read_frames=16\n", "duration=1.600000\n",
        "TAG:parameters=a lighthouse, ümlaut\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace tessera::storage
