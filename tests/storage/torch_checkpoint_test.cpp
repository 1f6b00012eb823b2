#include "storage/torch_checkpoint.h"

#include <cstring>

#include "storage/storage_error.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"
#include "tests/storage/torch_bytes.h"

namespace tessera::storage {
namespace {

using testing::HasSubstr;

class TorchCheckpointTest : public testing::Test {
 protected:
  TorchCheckpoint open(const std::string& bytes) {
    return TorchCheckpoint::open(folder_.put("m.ckpt", bytes));
  }
  /// A file with this pickle and one storage "0" of 24 bytes.
  std::string with_pickle(const std::string& value) {
    return zip_bytes(
        {{"m/data.pkl", pickled::document(value)}, {"m/data/0", std::string(24, 'x')}});
  }
  std::string refusal(const std::string& bytes) {
    return message_of<DataError>([&] { open(bytes); });
  }
  std::string tensor(const std::string& type, int elements) {
    return pickled::tensor(pickled::storage(type, "0", elements), 0, {elements}, {1});
  }

  TemporaryFolder folder_;
};

TEST_F(TorchCheckpointTest, ShowsTensorsAndFacts) {
  const TorchCheckpoint file = open(zip_bytes(sample_torch_members()));
  EXPECT_EQ(file.form(), TorchCheckpoint::Form::Plain);
  EXPECT_EQ(file.facts(), (std::map<std::string, std::string>{{"epoch", "7"}}));
  ASSERT_EQ(file.tensors().size(), 2u);
  std::vector<std::byte> buffer;
  const auto bytes = row_major_bytes(file.tensors().at("b"), buffer);
  float column[2] = {};
  ASSERT_EQ(bytes.size(), sizeof column);
  std::memcpy(column, bytes.data(), sizeof column);
  EXPECT_EQ(column[0], 1.0f);
  EXPECT_EQ(column[1], 4.0f);
  file.verify();
}

TEST_F(TorchCheckpointTest, ReadsZip64AndACompressedPickle) {
  std::vector<ZipMember> members = sample_torch_members();
  EXPECT_EQ(open(zip_bytes(members, ZipForm::Zip64)).tensors().size(), 2u);
  members[0] = deflated(members[0].name, members[0].content);
  EXPECT_EQ(open(zip_bytes(members)).tensors().size(), 2u);
}

TEST_F(TorchCheckpointTest, ReadsTheFormOfDeepSpeed) {
  const auto with_name = [&](const std::string& name) {
    return with_pickle(pickled::dict(
        pickled::text("module") + pickled::dict(pickled::text(name) + tensor("FloatStorage", 6))));
  };
  const TorchCheckpoint file = open(with_name("_forward_module.a.weight"));
  EXPECT_EQ(file.form(), TorchCheckpoint::Form::DeepSpeed);
  EXPECT_TRUE(file.tensors().contains("a.weight"));
  EXPECT_THAT(refusal(with_name("a.weight")),
              HasSubstr("tensor \"a.weight\" has no \"_forward_module.\" before its name"));
}

TEST_F(TorchCheckpointTest, RefusesOtherKindsOfFiles) {
  EXPECT_THROW(TorchCheckpoint::open(folder_ / "none"), MissingFileError);
  EXPECT_THAT(refusal("\x80\x02\x8a\x0al\xfc\x9c"), HasSubstr("the form of torch before 1.6"));
  EXPECT_THAT(refusal("text"), HasSubstr("does not begin as a zip"));
  EXPECT_THAT(refusal(""), HasSubstr("does not begin as a zip"));
  EXPECT_THAT(refusal(zip_bytes({{"a.txt", "x"}})), HasSubstr("0 entries FOLDER/data.pkl"));
  EXPECT_THAT(refusal(zip_bytes({{"a/data.pkl", "N."}, {"b/data.pkl", "N."}})),
              HasSubstr("2 entries FOLDER/data.pkl"));
}

TEST_F(TorchCheckpointTest, RefusesNumbersOfBigEndianMachines) {
  std::vector<ZipMember> members = sample_torch_members();
  members[1].content = "big";
  EXPECT_THAT(refusal(zip_bytes(members)), HasSubstr("in the byte order \"big\""));
}

TEST_F(TorchCheckpointTest, RefusesPicklesWithoutADictOfTensors) {
  EXPECT_THAT(refusal(with_pickle("N")), HasSubstr("no dict of tensors under \"state_dict\""));
  EXPECT_THAT(refusal(with_pickle(pickled::dict(pickled::text("state_dict") + "N"))),
              HasSubstr("no dict of tensors"));
  const auto weights = [&](const std::string& items) {
    return with_pickle(pickled::dict(pickled::text("state_dict") + pickled::dict(items)));
  };
  EXPECT_THAT(refusal(weights(pickled::text("w") + "K\1")),
              HasSubstr("tensor \"w\" is not a tensor"));
  EXPECT_THAT(refusal(weights("K\1" + tensor("FloatStorage", 6))),
              HasSubstr("the name of a tensor is not a text"));
  const std::string twice = pickled::text("w") + tensor("FloatStorage", 6);
  EXPECT_THAT(refusal(weights(twice + twice)), HasSubstr("tensor \"w\" comes twice"));
}

TEST_F(TorchCheckpointTest, RefusesStoragesThatAreAbsentCompressedOrOfAnotherSize) {
  const auto weights = [&](const std::string& value) {
    return pickled::document(
        pickled::dict(pickled::text("state_dict") + pickled::dict(pickled::text("w") + value)));
  };
  EXPECT_THAT(refusal(zip_bytes({{"m/data.pkl", weights(tensor("FloatStorage", 7))},
                                 {"m/data/0", std::string(24, 'x')}})),
              HasSubstr("lies in a storage of 7 F32, but its entry \"m/data/0\" has 24 bytes"));
  EXPECT_THAT(refusal(zip_bytes({{"m/data.pkl", weights(tensor("FloatStorage", 6))}})),
              HasSubstr("entry \"m/data/0\" is missing"));
  EXPECT_THAT(refusal(zip_bytes({{"m/data.pkl", weights(tensor("FloatStorage", 6))},
                                 deflated("m/data/0", std::string(24, 'x'))})),
              HasSubstr("entry \"m/data/0\" is compressed"));
  const std::string escape =
      pickled::tensor(pickled::storage("FloatStorage", "../../../etc/passwd", 1), 0, {1}, {1});
  EXPECT_THAT(refusal(zip_bytes({{"m/data.pkl", weights(escape)}})),
              HasSubstr("entry \"m/data/../../../etc/passwd\" is missing"));
}

TEST_F(TorchCheckpointTest, RefusesTensorsThatUnpackToFarMoreThanTheFile) {
  std::string items;
  for (int i = 0; i < 9; ++i) {
    items += pickled::text("w" + std::to_string(i)) + tensor("ByteStorage", 1 << 20);
  }
  const std::string pickle =
      pickled::document(pickled::dict(pickled::text("state_dict") + pickled::dict(items)));
  EXPECT_THAT(refusal(zip_bytes(
                  {{"m/data.pkl", pickle}, {"m/data/0", std::string(std::size_t{1} << 20, 'x')}})),
              HasSubstr("more than four times"));
}

TEST_F(TorchCheckpointTest, RefusesAPickleLargerThanTheLimit) {
  ZipMember bomb = deflated("m/data.pkl", std::string((std::size_t{64} << 20) + 1, 'N'));
  EXPECT_LT(bomb.content.size(), 100'000u);
  EXPECT_THAT(refusal(zip_bytes({bomb})), HasSubstr("at most 67108864 are read"));
}

TEST_F(TorchCheckpointTest, FindsDamagedWeights) {
  std::vector<ZipMember> members = sample_torch_members();
  std::string bytes = zip_bytes(members);
  bytes[bytes.find(members[2].content) + 5] ^= 0x40;
  const TorchCheckpoint file = open(bytes);
  EXPECT_THAT(message_of<DataError>([&] { file.verify(); }),
              HasSubstr("entry \"m/data/0\" is damaged"));
}

}  // namespace
}  // namespace tessera::storage
