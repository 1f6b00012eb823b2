#include "storage/tiff_reader.h"

#include <tiffio.h>

#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/sample_pictures.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

TEST(TiffReader, ReadsEveryChannelCountAndDepth) {
  const TemporaryFolder folder;
  for (const std::uint16_t top : {std::uint16_t{255}, std::uint16_t{65535}}) {
    for (int channels = 1; channels <= 4; ++channels) {
      SCOPED_TRACE(channels);
      const Raster raster = ramp_raster({5, 7}, channels, top);
      write_sample_tiff(folder / "a.tif", raster,
                        channels < 3 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB,
                        COMPRESSION_ADOBE_DEFLATE);
      const Raster read = read_tiff(folder / "a.tif");
      EXPECT_EQ(read.extent, raster.extent);
      EXPECT_EQ(read.channels, channels);
      EXPECT_EQ(read.top, top);
      EXPECT_EQ(read.samples, raster.samples);
    }
  }
}

TEST(TiffReader, RefusesOtherFormsWithTheirValues) {
  const TemporaryFolder folder;
  write_sample_tiff(folder / "a.tif", ramp_raster({2, 2}, 1, 255), PHOTOMETRIC_MINISWHITE,
                    COMPRESSION_NONE);
  EXPECT_THAT(message_of<DataError>([&] { read_tiff(folder / "a.tif"); }),
              HasSubstr("a.tif: a TIFF of 1 x 8 bits, photometric 0"));
}

TEST(TiffReader, EveryTruncationIsRefused) {
  const TemporaryFolder folder;
  write_sample_tiff(folder / "a.tif", ramp_raster({3, 3}, 3, 255), PHOTOMETRIC_RGB,
                    COMPRESSION_NONE);
  const std::string bytes = read_text(folder / "a.tif");
  for (std::size_t length = 0; length + 1 < bytes.size(); ++length) {
    const auto path = folder.put("b.tif", bytes.substr(0, length));
    EXPECT_THROW(read_tiff(path), DataError) << length;
  }
}

TEST(TiffReader, AnAbsentFileIsMissing) { EXPECT_THROW(read_tiff("no.tif"), MissingFileError); }

}  // namespace
}  // namespace tessera::storage
