#include "storage/image_reader.h"

#include <tiffio.h>

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/sample_pictures.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::HasSubstr;

class ImageReaderTest : public testing::Test {
 protected:
  std::filesystem::path png(int channels, std::uint16_t top, std::vector<std::uint16_t> samples) {
    const int cols = static_cast<int>(samples.size()) / channels;
    write_sample_png(folder_ / "a.png", {{1, cols}, channels, top, std::move(samples)});
    return folder_ / "a.png";
  }
  TemporaryFolder folder_;
};

TEST_F(ImageReaderTest, SamplesBecomeFractions) {
  EXPECT_THAT(read_image(png(3, 255, {0, 51, 255})).pixels,
              ElementsAre(FloatEq(0), FloatEq(0.2f), FloatEq(1)));
  EXPECT_THAT(read_image(png(3, 65535, {0, 13107, 65535})).pixels,
              ElementsAre(FloatEq(0), FloatEq(0.2f), FloatEq(1)));
}

TEST_F(ImageReaderTest, GrayIsRepeatedAndAlphaDropped) {
  EXPECT_THAT(read_image(png(1, 255, {255, 0})).pixels, ElementsAre(1, 1, 1, 0, 0, 0));
  EXPECT_THAT(read_image(png(2, 255, {255, 7})).pixels, ElementsAre(1, 1, 1));
  EXPECT_THAT(read_image(png(4, 255, {255, 0, 255, 0})).pixels, ElementsAre(1, 0, 1));
}

TEST_F(ImageReaderTest, TheContentDecidesNotTheName) {
  const Raster raster = ramp_raster({4, 6}, 3, 255);
  write_sample_jpeg(folder_ / "picture.png", raster, 95);
  EXPECT_EQ(read_image(folder_ / "picture.png").extent, raster.extent);
  write_sample_tiff(folder_ / "picture.jpg", raster, PHOTOMETRIC_RGB, COMPRESSION_LZW);
  const RgbImage image = read_image(folder_ / "picture.jpg");
  EXPECT_EQ(image.extent, raster.extent);
  EXPECT_FLOAT_EQ(image.pixels[1], 7 / 255.0f);
}

TEST_F(ImageReaderTest, MasksAreGrayInAnyForm) {
  EXPECT_THAT(read_mask(png(1, 255, {0, 1, 255})).pixels, ElementsAre(0, 1, 255));
  EXPECT_THAT(read_mask(png(3, 255, {9, 9, 9, 0, 0, 0})).pixels, ElementsAre(9, 0));
  EXPECT_THAT(read_mask(png(4, 255, {9, 9, 9, 255})).pixels, ElementsAre(9));
  EXPECT_THAT(read_mask(png(1, 65535, {0, 1, 256, 65535})).pixels, ElementsAre(0, 1, 1, 255));
}

TEST_F(ImageReaderTest, ColouredOrTransparentMasksAreRefused) {
  EXPECT_THAT(message_of<DataError>([&] {
                read_mask(png(3, 255, {9, 9, 9, 1, 2, 1}));
              }),
              HasSubstr("a.png: a mask is gray, but the pixel at row 0, column 1 has a colour"));
  EXPECT_THAT(message_of<DataError>([&] {
                read_mask(png(2, 255, {9, 255, 9, 0}));
              }),
              HasSubstr("a mask is opaque, but the pixel at row 0, column 1"));
}

TEST_F(ImageReaderTest, OtherFilesAreRefusedByName) {
  EXPECT_THAT(
      message_of<DataError>([&] { read_image(folder_.put("a.exr", "\x76\x2f\x31\x01...")); }),
      HasSubstr("a.exr: OpenEXR pictures are not supported yet"));
  EXPECT_THAT(message_of<DataError>([&] { read_image(folder_.put("a.gif", "GIF89a")); }),
              HasSubstr("a.gif: not a PNG, JPEG or TIFF"));
  EXPECT_THAT(message_of<DataError>([&] { read_image(folder_.put("a.png", "")); }),
              HasSubstr("a.png: not a PNG"));
  EXPECT_THROW(read_image(folder_ / "no.png"), MissingFileError);
  EXPECT_THROW(read_mask(folder_.path()), DataError);
}

}  // namespace
}  // namespace tessera::storage
