#include "storage/png_writer.h"

#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <limits>
#include <set>
#include <stdexcept>

#include "storage/png_reader.h"
#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/sample_metadata.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using partition::Extent;
using testing::HasSubstr;
using testing::Not;

class PngWriterTest : public testing::Test {
 protected:
  PngWriter writer(PngOptions options = {}) {
    return {[this](int frame) { return folder_ / ("p" + std::to_string(frame) + ".png"); },
            options};
  }
  /// A picture whose sample i is i / (count - 1), in one band.
  void write_ramp(Extent image, PngOptions options, const PictureMetadata& metadata) {
    PngWriter png = writer(options);
    png.begin_frame(0, image, metadata);
    const std::vector<float> ramp = ramp_of(image);
    png.write_rows({0, image.rows, image.cols, ramp});
    png.end_frame();
    png.close();
  }
  static std::vector<float> ramp_of(Extent image) {
    std::vector<float> ramp(static_cast<std::size_t>(image.area()) * 3);
    for (std::size_t i = 0; i < ramp.size(); ++i) {
      ramp[i] = static_cast<float>(i) / static_cast<float>(ramp.size() - 1);
    }
    return ramp;
  }
  std::string bytes() { return read_text(folder_ / "p0.png"); }
  TemporaryFolder folder_;
};

TEST_F(PngWriterTest, EightBitsRoundToNearestAndClamp) {
  PngWriter png = writer();
  png.begin_frame(0, {1, 4}, sample_metadata());
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> pixels = {-0.5f,
                                     0,
                                     1,
                                     1.5f,
                                     infinity,
                                     -infinity,
                                     0.5f,
                                     1 / 255.0f,
                                     1.4f / 255.0f,
                                     1.6f / 255.0f,
                                     254.4f / 255.0f,
                                     254.6f / 255.0f};
  png.write_rows({0, 1, 4, pixels});
  png.end_frame();
  const Raster raster = read_png(folder_ / "p0.png");
  EXPECT_EQ(raster.top, 255);
  EXPECT_THAT(raster.samples, testing::ElementsAre(0, 0, 255, 255, 255, 0, 128, 1, 1, 2, 254, 255));
}

TEST_F(PngWriterTest, SixteenBitsKeepMoreLevels) {
  const Extent image{8, 1000};
  write_ramp(image, {PngDepth::Bits16, 1}, sample_metadata());
  const Raster raster = read_png(folder_ / "p0.png");
  ASSERT_EQ(raster.top, 65535);
  const std::vector<float> ramp = ramp_of(image);
  ASSERT_EQ(raster.samples.size(), ramp.size());
  for (std::size_t i = 0; i < ramp.size(); ++i) {
    ASSERT_NEAR(raster.samples[i], ramp[i] * 65535.0f, 0.51) << i;
  }
  EXPECT_GT(std::set(raster.samples.begin(), raster.samples.end()).size(), 20000u);
}

TEST_F(PngWriterTest, BandsOfAnyHeightGiveTheSameFile) {
  const Extent image{12, 5};
  write_ramp(image, {}, sample_metadata());
  const std::string whole = bytes();
  const std::vector<float> ramp = ramp_of(image);
  PngWriter png = writer();
  png.begin_frame(0, image, sample_metadata());
  for (int row = 0, rows = 1; row < image.rows; row += rows, rows = std::min(rows + 2, 12 - row)) {
    png.write_rows({row, rows, 5,
                    std::span(ramp).subspan(static_cast<std::size_t>(row) * 15,
                                            static_cast<std::size_t>(rows) * 15)});
  }
  png.end_frame();
  EXPECT_EQ(bytes(), whole);
}

TEST_F(PngWriterTest, EveryCompressionLevelHoldsTheSamePixels) {
  write_ramp({16, 16}, {PngDepth::Bits8, 0}, sample_metadata());
  const std::vector<std::uint16_t> expected = read_png(folder_ / "p0.png").samples;
  const std::size_t uncompressed = bytes().size();
  write_ramp({16, 16}, {PngDepth::Bits8, 9}, sample_metadata());
  EXPECT_EQ(read_png(folder_ / "p0.png").samples, expected);
  EXPECT_LT(bytes().size(), uncompressed);
  EXPECT_THROW(writer({PngDepth::Bits8, 10}), std::invalid_argument);
}

TEST_F(PngWriterTest, MetadataIsReadBackExactly) {
  const PictureMetadata metadata = sample_metadata();
  write_ramp({2, 2}, {}, metadata);
  const auto text = read_png_text(folder_ / "p0.png");
  ASSERT_EQ(text.size(), 3u);
  EXPECT_EQ(text.at("parameters"), parameters_text(metadata));
  EXPECT_EQ(text.at("tessera"), metadata.record);
  EXPECT_THAT(text.at("XML:com.adobe.xmp"), HasSubstr("trainedAlgorithmicMedia"));
  EXPECT_THAT(bytes(), HasSubstr("tEXtparameters"));
  EXPECT_THAT(bytes(), HasSubstr("sRGB"));
}

TEST_F(PngWriterTest, PromptsBeyondLatin1AreKept) {
  PictureMetadata metadata = sample_metadata();
  metadata.prompt = "café naïve";
  write_ramp({2, 2}, {}, metadata);
  EXPECT_EQ(read_png_text(folder_ / "p0.png").at("parameters"), parameters_text(metadata));
  EXPECT_THAT(bytes(), HasSubstr("tEXtparameters"));
  metadata.prompt = "маяк 灯台 🗼\twith a tab";
  write_ramp({2, 2}, {}, metadata);
  EXPECT_EQ(read_png_text(folder_ / "p0.png").at("parameters"), parameters_text(metadata));
  EXPECT_THAT(bytes(), HasSubstr("iTXtparameters"));
}

TEST_F(PngWriterTest, WithoutMetadataNoTextRemains) {
  PictureMetadata metadata = sample_metadata();
  metadata.mode = MetadataMode::None;
  write_ramp({2, 2}, {}, metadata);
  EXPECT_TRUE(read_png_text(folder_ / "p0.png").empty());
  for (const char* trace : {"tEXt", "iTXt", "zTXt", "eXIf", "tessera", "lighthouse"}) {
    EXPECT_THAT(bytes(), Not(HasSubstr(trace)));
  }
}

TEST_F(PngWriterTest, EachFrameHasItsFile) {
  PngWriter png = writer();
  for (int frame = 0; frame < 3; ++frame) {
    png.begin_frame(frame, {1, 1}, sample_metadata());
    png.write_rows({0, 1, 1, std::vector<float>(3, 0.25f * static_cast<float>(frame))});
    png.end_frame();
  }
  EXPECT_EQ(read_png(folder_ / "p2.png").samples[0], 128);
  EXPECT_EQ(folder_.entries(), 3u);
}

TEST_F(PngWriterTest, AnUnfinishedPictureLeavesNoFile) {
  {
    PngWriter png = writer();
    png.begin_frame(0, {4, 4}, sample_metadata());
    png.write_rows({0, 1, 4, std::vector<float>(12)});
    EXPECT_THROW(png.end_frame(), std::invalid_argument);
  }
  EXPECT_EQ(folder_.entries(), 0u);
}

TEST_F(PngWriterTest, ASampleThatIsNoNumberIsNamed) {
  PngWriter png = writer();
  png.begin_frame(0, {4, 4}, sample_metadata());
  std::vector<float> pixels(24);
  pixels[12 + 7] = std::nanf("");
  EXPECT_THAT(message_of<DataError>([&] {
                png.write_rows({0, 2, 4, pixels});
              }),
              HasSubstr("row 1, column 2 is not a number"));
}

TEST_F(PngWriterTest, RowsOutOfPlaceAreRefused) {
  PngWriter png = writer();
  const std::vector<float> row(12);
  EXPECT_THROW(png.write_rows({0, 1, 4, row}), std::invalid_argument);
  EXPECT_THROW(png.begin_frame(0, {0, 4}, sample_metadata()), std::invalid_argument);
  png.begin_frame(0, {2, 4}, sample_metadata());
  EXPECT_THROW(png.begin_frame(1, {2, 4}, sample_metadata()), std::invalid_argument);
  EXPECT_THROW(png.write_rows({1, 1, 4, row}), std::invalid_argument);
  EXPECT_THROW(png.write_rows({0, 1, 3, row}), std::invalid_argument);
  EXPECT_THROW(png.write_rows({0, 2, 4, row}), std::invalid_argument);
  EXPECT_THROW(png.write_rows({0, 3, 4, std::vector<float>(36)}), std::invalid_argument);
  png.write_rows({0, 1, 4, row});
  png.write_rows({1, 1, 4, row});
  png.end_frame();
}

TEST_F(PngWriterTest, AFolderThatIsNotThereCannotTakeThePicture) {
  PngWriter png([&](int) { return folder_ / "no/p.png"; }, {});
  EXPECT_THROW(png.begin_frame(0, {2, 2}, sample_metadata()), CannotCreateError);
}

TEST_F(PngWriterTest, AFullDiskIsAnIoErrorOutOfTheLibrary) {
  struct rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small = {4096, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string message = message_of<IoError>([&] {
    write_ramp({300, 300}, {PngDepth::Bits16, 0}, sample_metadata());
  });
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, previous);
  EXPECT_THAT(message, HasSubstr("p0.png: cannot write: File too large"));
  EXPECT_EQ(folder_.entries(), 0u);
}

}  // namespace
}  // namespace tessera::storage
