#include "model/text/clip_merges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "storage/storage_error.h"
#include "tests/model/golden_tensors.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::model {
namespace {

using storage::message_of;
using testing::HasSubstr;

std::string read_text(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// A tokenizer folder with the golden vocabulary and merges, either of which may be replaced.
class CopiedTokenizer {
 public:
  CopiedTokenizer() {
    for (const char* name : {"vocab.json", "merges.txt"}) {
      folder_.put(name, read_text(golden_model() / "tokenizer" / name));
    }
  }
  const storage::TemporaryFolder& folder() const { return folder_; }

 private:
  storage::TemporaryFolder folder_;
};

TEST(ClipMerges, MergesTheLowestRankFirst) {
  const auto merges = ClipMerges::load(golden_model() / "tokenizer");
  EXPECT_EQ(merges.vocabulary_size(), 2014);
  EXPECT_THAT(merges.encode("a"), testing::ElementsAre(320));
  EXPECT_THAT(merges.encode("the"), testing::ElementsAre(518));
  EXPECT_THAT(merges.encode("sea"), testing::ElementsAre(567, 320));
  EXPECT_THAT(merges.encode("cat"),
              testing::ElementsAre(*merges.find("c"), *merges.find("at</w>")));
}

TEST(ClipMerges, SpellsUnknownBytesByTheirSymbols) {
  const auto merges = ClipMerges::load(golden_model() / "tokenizer");
  // U+4E2D is E4 B8 AD; AD is not printable in Latin-1 and stands at U+0143 in the table.
  EXPECT_THAT(merges.encode("\xE4\xB8\xAD"),
              testing::ElementsAre(*merges.find("\u00E4"), *merges.find("\u00B8"),
                                   *merges.find("\u0143</w>")));
  EXPECT_TRUE(merges.encode("").empty());
}

TEST(ClipMerges, NamesAMissingFile) {
  const storage::TemporaryFolder empty;
  EXPECT_THAT(message_of<storage::MissingFileError>([&] { ClipMerges::load(empty.path()); }),
              HasSubstr("vocab.json"));
}

TEST(ClipMerges, RefusesAVocabularyWithoutAByteSymbol) {
  const CopiedTokenizer tokenizer;
  tokenizer.folder().put("vocab.json", R"({"a": 0})");
  EXPECT_THAT(message_of<storage::DataError>([&] { ClipMerges::load(tokenizer.folder().path()); }),
              HasSubstr("symbol of byte 0"));
}

TEST(ClipMerges, RefusesMergesThatTheVocabularyLacks) {
  const CopiedTokenizer tokenizer;
  tokenizer.folder().put("merges.txt", "#version: 0.2\ni n\nz q\n");
  EXPECT_THAT(message_of<storage::DataError>([&] { ClipMerges::load(tokenizer.folder().path()); }),
              testing::AllOf(HasSubstr("\"zq\""), HasSubstr("merges.txt line 3")));
}

TEST(ClipMerges, RefusesALineThatIsNoPair) {
  const CopiedTokenizer tokenizer;
  tokenizer.folder().put("merges.txt", "#version: 0.2\ni n g\n");
  EXPECT_THAT(message_of<storage::DataError>([&] { ClipMerges::load(tokenizer.folder().path()); }),
              HasSubstr("line 2 \"i n g\""));
}

TEST(ClipMerges, RefusesAVocabularyThatIsNotJson) {
  const CopiedTokenizer tokenizer;
  tokenizer.folder().put("vocab.json", "[1, 2");
  EXPECT_THAT(message_of<storage::DataError>([&] { ClipMerges::load(tokenizer.folder().path()); }),
              HasSubstr("not a JSON object"));
}

}  // namespace
}  // namespace tessera::model
