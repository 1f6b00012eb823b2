#include "storage/raster.h"

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"

namespace tessera::storage {
namespace {

TEST(Raster, PicturesOfReasonableSizeAreAllowed) {
  EXPECT_NO_THROW(check_picture_extent("a.png", {1, 1}));
  EXPECT_NO_THROW(check_picture_extent("a.png", {16384, 16384}));
  EXPECT_THROW(check_picture_extent("a.png", {0, 1}), DataError);
  EXPECT_THAT(message_of<DataError>([] {
                check_picture_extent("a.png", {16385, 16384});
              }),
              testing::HasSubstr("a.png: a picture of 16385x16384"));
}

TEST(Raster, AlphaIsNotAColour) {
  Raster raster;
  for (const auto& [channels, colors] : {std::pair(1, 1), {2, 1}, {3, 3}, {4, 3}}) {
    raster.channels = channels;
    EXPECT_EQ(raster.colors(), colors);
    EXPECT_EQ(raster.has_alpha(), channels % 2 == 0);
  }
}

}  // namespace
}  // namespace tessera::storage
