// Systematic damage to a small valid file: it is refused, or it says what the undamaged file says.
// Runs under the address sanitizer in the asan preset.
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "storage/storage_error.h"
#include "storage/text_file.h"
#include "storage/torch_checkpoint.h"
#include "tests/storage/temporary_folder.h"
#include "tests/storage/torch_bytes.h"

namespace tessera::storage {
namespace {

using Weights = std::map<std::string, std::vector<std::byte>>;

Weights weights_of(const TemporaryFolder& folder, const std::string& bytes) {
  const TorchCheckpoint file = TorchCheckpoint::open(folder.put("m.ckpt", bytes));
  file.verify();
  Weights weights;
  for (const auto& [name, tensor] : file.tensors()) {
    std::vector<std::byte> buffer;
    const auto shown = row_major_bytes(tensor, buffer);
    weights[name] = {shown.begin(), shown.end()};
  }
  return weights;
}

class TorchCheckpointCorruption : public testing::Test {
 protected:
  enum class Verdict { Refused, Read };

  /// Fails the test if the bytes are read as other weights.
  Verdict read(const std::string& bytes, const std::string& damage) {
    try {
      EXPECT_EQ(weights_of(folder_, bytes), weights_) << damage;
      return Verdict::Read;
    } catch (const DataError& error) {
      EXPECT_NE(std::string(error.what()).find("m.ckpt: "), std::string::npos) << damage;
      return Verdict::Refused;
    }
  }

  TemporaryFolder folder_;
  std::string bytes_ = zip_bytes(sample_torch_members());
  Weights weights_ = weights_of(folder_, bytes_);
};

TEST_F(TorchCheckpointCorruption, EveryTruncationIsRefused) {
  for (std::size_t length = 0; length < bytes_.size(); ++length) {
    EXPECT_EQ(read(bytes_.substr(0, length), std::to_string(length)), Verdict::Refused) << length;
  }
}

TEST_F(TorchCheckpointCorruption, NoFlippedBitGivesOtherWeights) {
  int refused = 0;
  for (std::size_t at = 0; at < bytes_.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes_;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      refused += read(damaged, "bit " + std::to_string(bit) + " of byte " + std::to_string(at)) ==
                         Verdict::Refused
                     ? 1
                     : 0;
    }
  }
  EXPECT_GT(refused, 4000);
}

TEST_F(TorchCheckpointCorruption, AFileOfPythonStandsTheSame) {
  bytes_ = read_text(TESSERA_SOURCE_DIR "/tests/goldens/video_checkpoint/model.ckpt");
  weights_ = weights_of(folder_, bytes_);
  EXPECT_EQ(weights_.size(), 639u);
  for (std::size_t percent = 0; percent < 100; ++percent) {
    EXPECT_EQ(read(bytes_.substr(0, bytes_.size() * percent / 100), std::to_string(percent) + " %"),
              Verdict::Refused);
  }
  int refused = 0;
  constexpr std::size_t kEvery = 3001;
  for (std::size_t at = 0; at < bytes_.size(); at += kEvery) {
    std::string damaged = bytes_;
    damaged[at] = static_cast<char>(~damaged[at]);
    refused += read(damaged, "byte " + std::to_string(at)) == Verdict::Refused ? 1 : 0;
  }
  EXPECT_GT(refused, 100);
}

TEST_F(TorchCheckpointCorruption, NoReplacedByteOfThePickleDoesHarm) {
  // As somebody would who makes the checksums fit.
  const std::vector<ZipMember> members = sample_torch_members();
  for (std::size_t at = 0; at < members[0].content.size(); ++at) {
    for (const char replacement : {'\0', '\xff', '(', 't', 'R', 'c', '\x85', 'h', 'Q', 'b', '.'}) {
      std::vector<ZipMember> changed = members;
      changed[0].content[at] = replacement;
      try {
        weights_of(folder_, zip_bytes(changed));
      } catch (const DataError&) {
      }
    }
  }
}

}  // namespace
}  // namespace tessera::storage
