#include "storage/checkpoint_trailer.h"

#include "storage/content_digest.h"
#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

std::string trailer_for(std::string_view content) {
  const auto trailer = make_trailer(content.size(), digest_of_text(content));
  return {reinterpret_cast<const char*>(trailer.data()), trailer.size()};
}

TEST(CheckpointTrailer, HoldsMarkLengthAndDigest) {
  const auto trailer = make_trailer(0x0102, std::string(62, '0') + "fe");
  const std::string text(reinterpret_cast<const char*>(trailer.data()), trailer.size());
  EXPECT_EQ(text.substr(0, 10), "TSRTRAIL\x02\x01");
  EXPECT_EQ(text.substr(10, 37), std::string(37, '\0'));
  EXPECT_EQ(text.back(), '\xfe');
}

TEST(CheckpointTrailer, TheUndamagedFilePasses) {
  const TemporaryFolder folder;
  const std::string content(3'000'000, 'x');
  EXPECT_EQ(check_trailer(folder.put("a", content + trailer_for(content))), 3'000'000u);
}

TEST(CheckpointTrailer, EveryDamagedByteIsFound) {
  const TemporaryFolder folder;
  const std::string file = "content" + trailer_for("content");
  for (std::size_t at = 0; at < file.size(); ++at) {
    std::string damaged = file;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_THROW(check_trailer(folder.put("a", damaged)), DataError) << at;
    EXPECT_THROW(check_trailer(folder.put("a", file.substr(0, at))), DataError) << at;
  }
}

TEST(CheckpointTrailer, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& content) {
    return message_of<DataError>([&] { check_trailer(folder.put("a", content)); });
  };
  EXPECT_THAT(message(""), HasSubstr("a: 0 bytes are too few for a checkpoint"));
  EXPECT_THAT(message("content" + trailer_for("content") + "x"), HasSubstr("cut off"));
  EXPECT_THAT(message("y" + std::string("content") + trailer_for("content")),
              HasSubstr("stands after 8 bytes and says 7"));
  EXPECT_THAT(message("kontent" + trailer_for("content")),
              HasSubstr("its trailer says " + digest_of_text("content")));
  EXPECT_THROW(check_trailer(folder / "none"), MissingFileError);
  EXPECT_THAT(message_of<DataError>([&] { check_trailer(folder.path()); }),
              HasSubstr("not a regular file"));
}

}  // namespace
}  // namespace tessera::storage
