#include "storage/jpeg_reader.h"

#include <cstdlib>

#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/sample_pictures.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

/// Smooth enough for a JPEG to keep: columns rise from 10 by 5.
Raster slope(int channels) {
  Raster raster{{16, 24}, channels, 255, {}};
  for (int i = 0; i < 16 * 24; ++i) {
    for (int channel = 0; channel < channels; ++channel) {
      raster.samples.push_back(static_cast<std::uint16_t>(10 + 5 * (i % 24) + 20 * channel));
    }
  }
  return raster;
}

TEST(JpegReader, ReadsGrayAndColour) {
  const TemporaryFolder folder;
  for (const int channels : {1, 3}) {
    SCOPED_TRACE(channels);
    const Raster raster = slope(channels);
    write_sample_jpeg(folder / "a.jpg", raster, 100);
    const Raster read = read_jpeg(folder / "a.jpg");
    ASSERT_EQ(read.extent, raster.extent);
    ASSERT_EQ(read.channels, channels);
    for (std::size_t i = 0; i < raster.samples.size(); ++i) {
      ASSERT_LE(std::abs(read.samples[i] - raster.samples[i]), 3) << i;
    }
  }
}

TEST(JpegReader, RefusesInkColours) {
  const TemporaryFolder folder;
  write_sample_jpeg(folder / "a.jpg", slope(4), 90);
  EXPECT_THAT(message_of<DataError>([&] { read_jpeg(folder / "a.jpg"); }),
              HasSubstr("4 colour components"));
}

TEST(JpegReader, EveryTruncationIsRefused) {
  const TemporaryFolder folder;
  write_sample_jpeg(folder / "a.jpg", slope(3), 90);
  const std::string bytes = read_text(folder / "a.jpg");
  for (std::size_t length = 0; length + 2 < bytes.size(); length += 3) {
    const auto path = folder.put("b.jpg", bytes.substr(0, length));
    EXPECT_THAT(message_of<DataError>([&] { read_jpeg(path); }), HasSubstr("b.jpg: damaged JPEG: "))
        << length;
  }
}

TEST(JpegReader, AnAbsentFileIsMissing) { EXPECT_THROW(read_jpeg("no.jpg"), MissingFileError); }

}  // namespace
}  // namespace tessera::storage
