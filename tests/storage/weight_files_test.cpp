#include "storage/weight_files.h"

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kIndex =
    R"({"metadata":{"total_size":8},"weight_map":{"a":"model-00002-of-00002.safetensors",)"
    R"("b":"model-00001-of-00002.safetensors","c":"model-00002-of-00002.safetensors"}})";

class WeightFilesTest : public testing::Test {
 protected:
  WeightFiles find(const std::string& variant = "") {
    return weight_files(folder_.path(), "model", variant);
  }
  std::string index_refusal(const std::string& json) {
    folder_.put("model.safetensors.index.json", json);
    return message_of<DataError>([&] { find(); });
  }
  void put_shards() {
    folder_.put("model-00001-of-00002.safetensors", "");
    folder_.put("model-00002-of-00002.safetensors", "");
  }
  TemporaryFolder folder_;
};

TEST_F(WeightFilesTest, TheAskedVariantGoesBeforeThePlainOne) {
  folder_.put("model.safetensors", "");
  folder_.put("model.fp16.safetensors", "");
  EXPECT_THAT(find("fp16").files, ElementsAre(folder_ / "model.fp16.safetensors"));
  EXPECT_THAT(find().files, ElementsAre(folder_ / "model.safetensors"));
  const WeightFiles plain = find("bf16");
  EXPECT_THAT(plain.files, ElementsAre(folder_ / "model.safetensors"));
  EXPECT_EQ(plain.warning, std::nullopt);
  EXPECT_EQ(plain.file_for("any"), folder_ / "model.safetensors");
}

TEST_F(WeightFilesTest, AnyOtherVariantComesWithAWarning) {
  folder_.put("model.non_ema.safetensors", "");
  folder_.put("model.fp16.safetensors", "");
  const WeightFiles asked = find("bf16");
  EXPECT_THAT(asked.files, ElementsAre(folder_ / "model.fp16.safetensors"));
  EXPECT_THAT(asked.warning.value_or(""),
              AllOf(HasSubstr("no weights of variant \"bf16\""), HasSubstr("\"fp16\" are used")));
  EXPECT_THAT(find().warning.value_or(""), HasSubstr("no weights of the plain form"));
}

TEST_F(WeightFilesTest, AnIndexNamesTheShardOfEachTensor) {
  put_shards();
  folder_.put("model.safetensors.index.json", kIndex);
  const WeightFiles found = find();
  EXPECT_THAT(found.files, ElementsAre(folder_ / "model-00001-of-00002.safetensors",
                                       folder_ / "model-00002-of-00002.safetensors"));
  EXPECT_EQ(found.file_for("b"), folder_ / "model-00001-of-00002.safetensors");
  EXPECT_EQ(found.file_for("c"), folder_ / "model-00002-of-00002.safetensors");
  EXPECT_EQ(found.file_of_tensor.size(), 3u);
  EXPECT_EQ(found.file_for("of no shard"), folder_ / "model.safetensors.index.json");
}

TEST_F(WeightFilesTest, BothSpellingsOfAVariantsIndexAreFound) {
  put_shards();
  for (const char* name :
       {"model.safetensors.index.fp16.json", "model.fp16.safetensors.index.json"}) {
    SCOPED_TRACE(name);
    const auto path = folder_.put(name, kIndex);
    EXPECT_EQ(find("fp16").files.size(), 2u);
    EXPECT_EQ(find("fp16").warning, std::nullopt);
    EXPECT_THAT(find("bf16").warning.value_or(""), HasSubstr("\"fp16\" are used"));
    std::filesystem::remove(path);
  }
}

TEST_F(WeightFilesTest, AShardAloneIsNotAVariant) {
  folder_.put("model.fp16-00001-of-00002.safetensors", "");
  EXPECT_THROW(find(), MissingFileError);
}

TEST_F(WeightFilesTest, AnAbsentShardIsNamedWithATensorItHolds) {
  folder_.put("model-00001-of-00002.safetensors", "");
  folder_.put("model.safetensors.index.json", kIndex);
  EXPECT_THAT(message_of<MissingFileError>([&] { find(); }),
              AllOf(HasSubstr("model-00002-of-00002.safetensors: no such file"),
                    HasSubstr("tensor \"a\"")));
}

TEST_F(WeightFilesTest, ShardNamesCannotLeaveTheFolder) {
  for (const char* name :
       {"../a.safetensors", "/etc/a", "sub/a", R"(..\\a)", "..", ".", "", R"(a\u0000b)"}) {
    SCOPED_TRACE(name);
    EXPECT_THAT(index_refusal(R"({"weight_map":{"t":")" + std::string(name) + R"("}})"),
                AllOf(HasSubstr("tensor \"t\""), HasSubstr("plain name")));
  }
}

TEST_F(WeightFilesTest, ADamagedIndexIsRefused) {
  EXPECT_THAT(index_refusal("{"), HasSubstr("model.safetensors.index.json: not JSON"));
  EXPECT_THAT(index_refusal("[]"), HasSubstr("no \"weight_map\""));
  EXPECT_THAT(index_refusal("{}"), HasSubstr("no \"weight_map\""));
  EXPECT_THAT(index_refusal(R"({"weight_map":[]})"), HasSubstr("no \"weight_map\""));
  EXPECT_THAT(index_refusal(R"({"weight_map":{}})"), HasSubstr("no \"weight_map\""));
  EXPECT_THAT(index_refusal(R"({"weight_map":{"a":1}})"), HasSubstr("plain name"));
  EXPECT_THAT(index_refusal(R"({"weight_map":{"a":"x","a":"y"}})"),
              HasSubstr("\"a\" appears twice"));
  EXPECT_THAT(index_refusal(std::string(1'000'000, '[')), HasSubstr("nested too deeply"));
}

TEST_F(WeightFilesTest, PicklesAreRefusedWithTheConversion) {
  folder_.put("model.bin", "");
  EXPECT_THAT(message_of<DataError>([&] { find(); }),
              AllOf(HasSubstr("model.bin"), HasSubstr("Save them as safetensors")));
}

TEST_F(WeightFilesTest, NoWeightsAtAllNamesTheExpectedFile) {
  EXPECT_THAT(message_of<MissingFileError>([&] { find("fp16"); }),
              HasSubstr("model.safetensors: no such file"));
}

}  // namespace
}  // namespace tessera::storage
