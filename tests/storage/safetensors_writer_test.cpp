#include "storage/safetensors_writer.h"

#include <cstdint>
#include <stdexcept>

#include "storage/safetensors_file.h"
#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "tests/storage/expect_error.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

class SafetensorsWriterTest : public testing::Test {
 protected:
  SafetensorsWriterTest() {
    for (std::size_t i = 0; i < ramp_.size(); ++i) ramp_[i] = static_cast<std::byte>(i);
  }
  TensorView view(std::string name, Dtype dtype, std::vector<std::int64_t> shape,
                  std::size_t bytes) const {
    return {std::move(name), dtype, std::move(shape), std::span(ramp_).first(bytes)};
  }
  std::array<std::byte, 64> ramp_;
  TemporaryFolder folder_;
};

TEST_F(SafetensorsWriterTest, WhatIsWrittenIsReadBack) {
  const std::vector<TensorView> tensors = {
      view("odd", Dtype::U8, {3}, 3),   view("z", Dtype::F32, {2, 2}, 16),
      view("a", Dtype::F64, {1}, 8),    view("half", Dtype::F16, {5}, 10),
      view("none", Dtype::F32, {0}, 0), view("one", Dtype::BF16, {}, 2)};
  write_safetensors(folder_ / "t.safetensors", tensors, {{"mode", "paper"}, {"ümlaut", "ß"}});
  const SafetensorsFile file = SafetensorsFile::open(folder_ / "t.safetensors");
  ASSERT_EQ(file.tensors().size(), tensors.size());
  for (const TensorView& tensor : tensors) {
    SCOPED_TRACE(tensor.name);
    const TensorView* read = file.find(tensor.name);
    ASSERT_NE(read, nullptr);
    EXPECT_EQ(read->dtype, tensor.dtype);
    EXPECT_EQ(read->shape, tensor.shape);
    EXPECT_TRUE(std::equal(read->bytes.begin(), read->bytes.end(), tensor.bytes.begin(),
                           tensor.bytes.end()));
    if (!read->bytes.empty()) {
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(read->bytes.data()) % dtype_bytes(read->dtype),
                0u);
    }
  }
  EXPECT_EQ(file.metadata().at("ümlaut"), "ß");
}

TEST_F(SafetensorsWriterTest, TheOrderGivenDoesNotChangeTheBytes) {
  const TensorView a = view("a", Dtype::F32, {1}, 4), b = view("b", Dtype::F32, {2}, 8);
  write_safetensors(folder_ / "ab", std::vector<TensorView>{a, b}, {});
  write_safetensors(folder_ / "ba", std::vector<TensorView>{b, a}, {});
  EXPECT_EQ(read_text(folder_ / "ab"), read_text(folder_ / "ba"));
}

TEST_F(SafetensorsWriterTest, AsksForTheElementsInTheOrderOfTheFile) {
  const std::vector<TensorForm> forms = {{"b", Dtype::U8, {2}}, {"a", Dtype::F32, {1}}};
  std::vector<std::size_t> asked;
  std::vector<std::byte> buffer;
  const auto bytes_of = [&](std::size_t index) {
    asked.push_back(index);
    buffer.assign(index == 0 ? 2 : 4, std::byte{7});
    return std::span<const std::byte>(buffer);
  };
  write_safetensors(folder_ / "t", forms, bytes_of, {});
  EXPECT_EQ(asked, (std::vector<std::size_t>{1, 0}));
  EXPECT_EQ(SafetensorsFile::open(folder_ / "t").find("b")->bytes.size(), 2u);
}

TEST_F(SafetensorsWriterTest, AFailureToGiveElementsLeavesNothingBehind) {
  const std::vector<TensorForm> forms = {{"b", Dtype::U8, {2}}};
  const auto fails = [](std::size_t) -> std::span<const std::byte> { throw DataError("no"); };
  EXPECT_THROW(write_safetensors(folder_ / "t", forms, fails, {}), DataError);
  EXPECT_EQ(folder_.entries(), 0u);
}

TEST_F(SafetensorsWriterTest, AFileMayHaveNoTensors) {
  write_safetensors(folder_ / "t", {}, {});
  EXPECT_TRUE(SafetensorsFile::open(folder_ / "t").tensors().empty());
}

TEST_F(SafetensorsWriterTest, RefusesWhatCannotBeRead) {
  const auto refusal = [&](std::vector<TensorView> tensors) {
    return message_of<std::invalid_argument>(
        [&] { write_safetensors(folder_ / "t", tensors, {}); });
  };
  EXPECT_THAT(refusal({view("a", Dtype::F32, {2}, 4)}),
              testing::HasSubstr("tensor \"a\" is F32 [2] but has 4 bytes"));
  EXPECT_THAT(refusal({view("a", Dtype::U8, {2}, 2), view("a", Dtype::U8, {2}, 2)}),
              testing::HasSubstr("given twice"));
  EXPECT_THAT(refusal({view("__metadata__", Dtype::U8, {2}, 2)}), testing::HasSubstr("reserved"));
  EXPECT_THAT(refusal({view("\xff", Dtype::U8, {2}, 2)}), testing::HasSubstr("not UTF-8"));
  EXPECT_EQ(folder_.entries(), 0u);
}

TEST_F(SafetensorsWriterTest, AnAbsentFolderCannotBeWrittenTo) {
  EXPECT_THROW(write_safetensors(folder_ / "no/t", {}, {}), CannotCreateError);
}

}  // namespace
}  // namespace tessera::storage
