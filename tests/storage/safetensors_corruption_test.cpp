// Systematic damage to a small valid file: the reader refuses it, or every byte it shows is inside
// the file. Runs under the address sanitizer in the asan preset.
#include <gtest/gtest.h>

#include <cstddef>
#include <numeric>
#include <vector>

#include "storage/safetensors_file.h"
#include "storage/storage_error.h"
#include "tests/storage/safetensors_bytes.h"
#include "tests/storage/temporary_folder.h"

namespace tessera::storage {
namespace {

const std::string kHeader =
    R"({"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},)"
    R"("bc":{"dtype":"BF16","shape":[3],"data_offsets":[16,22]},)"
    R"("d":{"dtype":"U8","shape":[],"data_offsets":[22,23]}} )";

enum class Verdict { Refused, Read };

/// Opens the bytes and touches everything that the views show.
Verdict open_and_touch(const TemporaryFolder& folder, const std::string& bytes) {
  try {
    const SafetensorsFile file = SafetensorsFile::open(folder.put("m", bytes));
    std::size_t shown = 0;
    unsigned sum = 0;
    for (const auto& [name, view] : file.tensors()) {
      EXPECT_EQ(name, view.name);
      EXPECT_EQ(tensor_bytes(view.shape, view.dtype), view.bytes.size());
      for (const std::byte byte : view.bytes) sum += std::to_integer<unsigned>(byte);
      shown += view.bytes.size();
    }
    EXPECT_LE(shown, bytes.size());
    EXPECT_LE(sum, 255u * bytes.size());
    return Verdict::Read;
  } catch (const DataError& error) {
    EXPECT_FALSE(std::string(error.what()).empty());
    return Verdict::Refused;
  }
}

std::string valid_bytes() { return safetensors_bytes(kHeader, std::string(23, '\x11')); }

TEST(SafetensorsCorruption, TheUndamagedFileIsRead) {
  const TemporaryFolder folder;
  EXPECT_EQ(open_and_touch(folder, valid_bytes()), Verdict::Read);
}

TEST(SafetensorsCorruption, EveryTruncationIsRefused) {
  const TemporaryFolder folder;
  const std::string bytes = valid_bytes();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(open_and_touch(folder, bytes.substr(0, length)), Verdict::Refused) << length;
  }
}

TEST(SafetensorsCorruption, EveryExtensionIsRefused) {
  const TemporaryFolder folder;
  for (const std::size_t extra : {1u, 7u, 8u, 4096u}) {
    EXPECT_EQ(open_and_touch(folder, valid_bytes() + std::string(extra, '\0')), Verdict::Refused);
  }
}

TEST(SafetensorsCorruption, EveryFlippedBitIsRefusedOrReadInRange) {
  const TemporaryFolder folder;
  const std::string bytes = valid_bytes();
  int refused = 0;
  for (std::size_t at = 0; at < 8 + kHeader.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      refused += open_and_touch(folder, damaged) == Verdict::Refused ? 1 : 0;
    }
  }
  EXPECT_GT(refused, 1000);
}

TEST(SafetensorsCorruption, EveryReplacedByteIsRefusedOrReadInRange) {
  const TemporaryFolder folder;
  const std::string bytes = valid_bytes();
  for (std::size_t at = 0; at < 8 + kHeader.size(); ++at) {
    for (const char replacement :
         {'\0', '\xff', '9', '0', '-', '"', '{', '}', '[', ']', ',', ' '}) {
      std::string damaged = bytes;
      damaged[at] = replacement;
      open_and_touch(folder, damaged);
    }
  }
}

TEST(SafetensorsCorruption, EveryRemovedByteIsRefusedOrReadInRange) {
  const TemporaryFolder folder;
  const std::string bytes = valid_bytes();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged.erase(at, 1);
    open_and_touch(folder, damaged);
  }
}

TEST(SafetensorsCorruption, EveryPairOfOffsetsIsRefusedOrReadInRange) {
  const TemporaryFolder folder;
  const std::vector<std::string> numbers = {
      "0", "1", "16", "22", "23", "4294967296", "2147483647", "18446744073709551615"};
  for (const std::string& begin : numbers) {
    for (const std::string& end : numbers) {
      const std::string header =
          R"({"a":{"dtype":"U8","shape":[23],"data_offsets":[)" + begin + "," + end + "]}}";
      const Verdict verdict =
          open_and_touch(folder, safetensors_bytes(header, std::string(23, 'x')));
      EXPECT_EQ(verdict, begin == "0" && end == "23" ? Verdict::Read : Verdict::Refused)
          << begin << " " << end;
    }
  }
}

}  // namespace
}  // namespace tessera::storage
