#include "worker/model_conversion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "model/video/video_model.h"
#include "storage/safetensors_file.h"
#include "storage/storage_error.h"
#include "storage/zip_archive.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"
#include "tests/storage/zip_bytes.h"
#include "tests/worker/recorded_videos.h"

namespace tessera::worker {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

const char* const kGoldens = TESSERA_SOURCE_DIR "/tests/goldens";

/// Bits of ((index + length of name) mod 64) / 64 in 16-bit floating point, as the recipe of the
/// golden writes it.
std::uint16_t golden_bits(std::size_t index, const std::string& name) {
  unsigned value = static_cast<unsigned>((index + name.size()) % 64);
  if (value == 0) return 0;
  unsigned exponent = 15;  // of 1.0
  for (value <<= 4; (value & 0x400u) == 0; value <<= 1) --exponent;
  return static_cast<std::uint16_t>(exponent << 10 | (value & 0x3ffu));
}

class ConvertModel : public ::testing::Test {
 protected:
  ConversionReport convert(const fs::path& source, std::optional<StatedFile> model_config = {}) {
    return convert_model({source, out_, std::move(model_config), heads_, std::nullopt});
  }

  std::string refusal(const fs::path& source, std::optional<StatedFile> model_config = {}) {
    const std::string message =
        storage::message_of<storage::DataError>([&] { convert(source, std::move(model_config)); });
    EXPECT_FALSE(fs::exists(out_)) << "nothing is written before everything is checked";
    return message;
  }

  /// The golden file with the first `from` in its pickle, which is as long, replaced by `to`.
  fs::path edited(const std::string& from, const std::string& to) {
    const auto archive = storage::ZipArchive::open(golden_);
    std::vector<storage::ZipMember> members;
    for (const auto& [name, entry] : archive.entries()) {
      members.push_back({name, archive.read(name, 1 << 20)});
      if (!name.ends_with("data.pkl")) continue;
      std::string& pickle = members.back().content;
      EXPECT_NE(pickle.find(from), std::string::npos);
      pickle.replace(pickle.find(from), from.size(), to);
    }
    return folder_.put("edited.ckpt", storage::zip_bytes(members));
  }

  storage::TemporaryFolder folder_;
  fs::path out_ = folder_ / "out";
  fs::path golden_ = fs::path(kGoldens) / "video_checkpoint/model.ckpt";
  std::optional<StatedFile> heads_ = StatedFile{"t.json", {{"text_cfg.heads", "2"}}};
};

TEST_F(ConvertModel, MakesAFolderThatLoads) {
  const fs::path tokenizer = fs::path(kGoldens) / "parity_model/tokenizer";
  convert_model({golden_, out_, std::nullopt, heads_, tokenizer});
  const model::VideoModel loaded = model::load_video_model(out_);
  EXPECT_EQ(loaded.config.text.heads, 2);
  EXPECT_EQ(loaded.text.tokenizer.pad_id(), 0);
}

TEST_F(ConvertModel, KeepsNamesAndElements) {
  const ConversionReport report = convert(golden_);
  const auto file = storage::SafetensorsFile::open(report.weights);
  EXPECT_EQ(report.tensors + report.dropped, 639u);
  EXPECT_EQ(report.dropped, 3u + 2u + 12u) << "tables, scale and projection, the last text block";
  EXPECT_EQ(file.tensors().size(), report.tensors);
  for (const auto& [name, tensor] : file.tensors()) {
    for (std::size_t i = 0; 2 * i < tensor.bytes.size(); ++i) {
      std::uint16_t bits = 0;
      std::memcpy(&bits, tensor.bytes.data() + 2 * i, 2);
      ASSERT_EQ(bits, golden_bits(i, name)) << name << " " << i;
    }
  }
}

TEST_F(ConvertModel, WritesTheSizesThatTheShapesTell) {
  convert(golden_);
  const model::VideoModelConfig config = model::read_video_model_config(out_ / "config.json");
  EXPECT_EQ(config.unet.widths, (std::vector<int>{8, 16}));
  EXPECT_EQ(config.unet.transformer_depths, (std::vector<int>{1, 0}));
  EXPECT_EQ(config.unet.head_width, 4);
  EXPECT_EQ(config.vae.widths, (std::vector<int>{4, 8}));
  EXPECT_EQ(config.text.layers, 2);
  EXPECT_EQ(config.text.heads, 2);
  EXPECT_EQ(config.schedule.scale_end, 0.7);
}

TEST_F(ConvertModel, CopiesATokenizerOfTheRightSize) {
  const fs::path tokenizer = fs::path(kGoldens) / "parity_model/tokenizer";
  convert_model({golden_, out_, std::nullopt, heads_, tokenizer});
  for (const char* file : {"vocab.json", "merges.txt"}) {
    EXPECT_EQ(fs::file_size(out_ / file), fs::file_size(tokenizer / file));
  }
}

TEST_F(ConvertModel, NamesTensorsThatAreUnknownMissingOrMisshaped) {
  EXPECT_THAT(refusal(edited("diffusion_model.out.2.bias", "diffusion_model.out.2.blas")),
              AllOf(HasSubstr("edited.ckpt"),
                    HasSubstr("tensor \"model.diffusion_model.out.2.blas\" is unknown")));
  EXPECT_THAT(refusal(edited("diffusion_model.out.2.weight", "diffusion_model.out.2.weighs")),
              HasSubstr("tensor \"model.diffusion_model.out.2.weight\" is missing"));
}

TEST_F(ConvertModel, ExecutesNothing) {
  EXPECT_THAT(refusal(edited("ccollections\nOrderedDict\n", "cposix\nsystem\nNNNNNNNNNNN")),
              HasSubstr("\"posix system\""));
}

TEST_F(ConvertModel, RefusesAScheduleThatTheFileContradicts) {
  EXPECT_THAT(refusal(golden_, StatedFile{"m.yaml", {{"model.params.linear_end", "0.02"}}}),
              HasSubstr("tensor \"betas\" ends with 0.012000, but the numbers of the schedule give "
                        "0.020000"));
  EXPECT_THAT(refusal(golden_, StatedFile{"m.yaml", {{"model.params.scale_b", "0.5"}}}),
              HasSubstr("tensor \"scale_arr\""));
}

TEST_F(ConvertModel, NeedsTheHeadsOfAnUncommonTextTower) {
  heads_.reset();
  EXPECT_THAT(refusal(golden_), HasSubstr("a text tower of width 8 does not have heads of 64"));
}

TEST_F(ConvertModel, RefusesDamagedWeightsBeforeItWrites) {
  const auto archive = storage::ZipArchive::open(golden_);
  std::vector<storage::ZipMember> members;
  for (const auto& [name, entry] : archive.entries()) {
    members.push_back({name, archive.read(name, 1 << 20)});
    if (!name.ends_with("data/300")) continue;
    members.back().crc = entry.crc ^ 1;
  }
  EXPECT_THAT(refusal(folder_.put("damaged.ckpt", storage::zip_bytes(members))),
              HasSubstr("entry \"model/data/300\" is damaged"));
}

TEST_F(ConvertModel, ReplacesNothing) {
  folder_.put("out/config.json", "mine");
  EXPECT_THAT(storage::message_of<storage::CannotCreateError>([&] { convert(golden_); }),
              HasSubstr("config.json: exists already. Choose another folder"));
  folder_.put("file", "mine");
  out_ = folder_ / "file";
  EXPECT_THROW(convert(golden_), storage::CannotCreateError);
}

/// With TESSERA_FIXTURES=DIR, the model that the recorded runs of the original code used.
TEST_F(ConvertModel, AgreesWithTheSafetensorsOfTheRecordedModel) {
  const auto recorded = testing::recorded_videos();
  if (!recorded) GTEST_SKIP() << "TESSERA_FIXTURES names no folder of recorded videos";
  const fs::path model = *recorded / "model";
  heads_ = StatedFile{"open_clip_config.json", {{"text_cfg.heads", "3"}}};
  const auto converted = storage::SafetensorsFile::open(convert(model / "model.ckpt").weights);
  const auto expected = storage::SafetensorsFile::open(model / "model.safetensors");
  EXPECT_EQ(converted.tensors().size(), 1735u - 13u - 2u - 12u);
  for (const auto& [name, tensor] : converted.tensors()) {
    const storage::TensorView* other = expected.find(name);
    ASSERT_NE(other, nullptr) << name;
    EXPECT_EQ(tensor.shape, other->shape) << name;
    EXPECT_TRUE(std::equal(tensor.bytes.begin(), tensor.bytes.end(), other->bytes.begin(),
                           other->bytes.end()))
        << name;
  }
}

}  // namespace
}  // namespace tessera::worker
