#include "storage/png_reader.h"

#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/sample_pictures.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

TEST(PngReader, ReadsEveryChannelCountAndDepth) {
  const TemporaryFolder folder;
  for (const std::uint16_t top : {std::uint16_t{255}, std::uint16_t{65535}}) {
    for (int channels = 1; channels <= 4; ++channels) {
      SCOPED_TRACE(channels);
      const Raster raster = ramp_raster({9, 13}, channels, top);
      write_sample_png(folder / "a.png", raster);
      const Raster read = read_png(folder / "a.png");
      EXPECT_EQ(read.extent, raster.extent);
      EXPECT_EQ(read.channels, channels);
      EXPECT_EQ(read.top, top);
      EXPECT_EQ(read.samples, raster.samples);
    }
  }
}

TEST(PngReader, PalettesAreExpanded) {
  const TemporaryFolder folder;
  write_palette_png(folder / "a.png", {1, 3});
  EXPECT_THAT(read_png(folder / "a.png").samples,
              testing::ElementsAre(255, 0, 0, 0, 0, 255, 255, 0, 0));
}

TEST(PngReader, EveryTruncationAndFlippedByteIsRefusedOrRead) {
  const TemporaryFolder folder;
  write_sample_png(folder / "a.png", ramp_raster({3, 3}, 3, 255));
  const std::string bytes = read_text(folder / "a.png");
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto path = folder.put("b.png", bytes.substr(0, length));
    EXPECT_THROW(read_png(path), DataError) << length;
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
    try {
      read_png(folder.put("b.png", damaged));
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), HasSubstr("b.png: "));
    }
  }
}

TEST(PngReader, SaysWhatIsNoPng) {
  const TemporaryFolder folder;
  EXPECT_THAT(message_of<DataError>([&] { read_png_text(folder.put("a.png", "GIF89a and more")); }),
              HasSubstr("a.png: damaged PNG: Not a PNG file"));
  EXPECT_THROW(read_png_text(folder / "no.png"), MissingFileError);
}

TEST(PngReader, APictureWithoutTextHasNone) {
  const TemporaryFolder folder;
  write_sample_png(folder / "a.png", ramp_raster({2, 2}, 3, 255));
  EXPECT_TRUE(read_png_text(folder / "a.png").empty());
}

TEST(PngReader, ReadsTheFormWithoutPixels) {
  const TemporaryFolder folder;
  write_sample_png(folder / "a.png", ramp_raster({5, 7}, 4, 65535));
  const Raster form = read_png_form(folder / "a.png");
  EXPECT_EQ(form.extent, (partition::Extent{5, 7}));
  EXPECT_EQ(form.channels, 4);
  EXPECT_EQ(form.top, 65535);
  EXPECT_TRUE(form.samples.empty());
}

}  // namespace
}  // namespace tessera::storage
