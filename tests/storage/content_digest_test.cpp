#include "storage/content_digest.h"

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

// FIPS 180-2, appendix B, and the empty message.
constexpr const char* kDigestOfAbc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kDigestOfNothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kDigestOfAMillionA =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(ContentDigest, MatchesThePublishedAnswers) {
  EXPECT_EQ(digest_of_text("abc"), kDigestOfAbc);
  EXPECT_EQ(digest_of_text(""), kDigestOfNothing);
  ContentDigest digest;
  for (int i = 0; i < 1000; ++i) digest.add(std::string(1000, 'a'));
  EXPECT_EQ(digest.hex(), kDigestOfAMillionA);
}

TEST(ContentDigest, AFileHasTheDigestOfItsContent) {
  const TemporaryFolder folder;
  const std::string content(3'000'000, 'z');
  EXPECT_EQ(digest_of_file(folder.put("a", content)), digest_of_text(content));
  EXPECT_EQ(digest_of_file(folder.put("b", "")), kDigestOfNothing);
  EXPECT_THROW(digest_of_file(folder / "c"), MissingFileError);
  EXPECT_THROW(digest_of_file(folder.path()), DataError);
}

TEST(ContentDigest, EveryPartOfATensorCounts) {
  const std::vector<std::byte> bytes(8, std::byte{1});
  const TensorView base{"a", Dtype::F32, {2}, bytes};
  TensorView name = base, dtype = base, shape = base, content = base;
  name.name += "b";
  dtype.dtype = Dtype::I32;
  shape.shape = {2, 1};
  const std::vector<std::byte> other(8, std::byte{2});
  content.bytes = other;
  const auto digest_of = [](const TensorView& tensor) {
    ContentDigest digest;
    digest.add(tensor);
    return digest.hex();
  };
  EXPECT_EQ(digest_of(base), digest_of(base));
  for (const TensorView& changed : {name, dtype, shape, content}) {
    EXPECT_NE(digest_of(changed), digest_of(base));
  }
}

}  // namespace
}  // namespace tessera::storage
