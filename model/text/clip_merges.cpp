#include "model/text/clip_merges.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

#include "storage/storage_error.h"

namespace tessera::model {
namespace {

/// Merges that CLIP uses of its file: 49152 entries less 256 bytes and 2 specials (transformers).
constexpr std::size_t kUsedMerges = 49152 - 256 - 2;
constexpr const char* kWordEnd = "</w>";

using Vocabulary = std::unordered_map<std::string, std::int32_t>;

std::string code_point_to_utf8(unsigned code) {
  if (code < 0x80) return {static_cast<char>(code)};
  return {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
}

/// The GPT-2 table: printable Latin-1 bytes stand for themselves, the others for U+0100 onwards.
std::array<std::string, 256> byte_symbols() {
  std::array<std::string, 256> symbols;
  unsigned next = 256;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte != 173);
    symbols[byte] = code_point_to_utf8(printable ? byte : next++);
  }
  return symbols;
}

std::uint64_t pair_key(std::int32_t left, std::int32_t right) {
  return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
}

std::ifstream open_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw storage::MissingFileError(path.string() + ": the tokenizer has no such file");
  return file;
}

Vocabulary read_vocabulary(const std::filesystem::path& path) {
  std::ifstream file = open_file(path);
  const auto parsed = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) throw storage::DataError(path.string() + ": not a JSON object");
  constexpr std::int64_t kIdLimit = 1 << 24;
  Vocabulary vocabulary;
  for (const auto& [entry, id] : parsed.items()) {
    if (!id.is_number_integer() || id.get<std::int64_t>() < 0 ||
        id.get<std::int64_t>() > kIdLimit) {
      throw storage::DataError(path.string() + ": entry \"" + entry + "\" has the id " + id.dump() +
                               ", expected an integer from 0");
    }
    vocabulary.emplace(entry, id.get<std::int32_t>());
  }
  return vocabulary;
}

std::int32_t require_entry(const Vocabulary& vocabulary, const std::string& entry,
                           const std::filesystem::path& path, const std::string& reason) {
  const auto found = vocabulary.find(entry);
  if (found == vocabulary.end()) {
    throw storage::DataError(path.string() + ": no entry \"" + entry + "\" (" + reason + ")");
  }
  return found->second;
}

}  // namespace

struct ClipMerges::Tables {
  struct Merge {
    std::int32_t rank = 0;
    std::int32_t merged = 0;
  };

  Vocabulary vocabulary;
  std::int32_t largest_id = 0;
  std::array<std::int32_t, 256> byte_ids{};       ///< inside a piece
  std::array<std::int32_t, 256> last_byte_ids{};  ///< at the end of a piece
  std::unordered_map<std::uint64_t, Merge> merges;

  void read_bytes(const std::filesystem::path& path) {
    const auto symbols = byte_symbols();
    for (std::size_t byte = 0; byte < symbols.size(); ++byte) {
      const std::string reason = "symbol of byte " + std::to_string(byte);
      byte_ids[byte] = require_entry(vocabulary, symbols[byte], path, reason);
      last_byte_ids[byte] = require_entry(vocabulary, symbols[byte] + kWordEnd, path, reason);
    }
  }

  void read_merges(const std::filesystem::path& path,
                   const std::filesystem::path& vocabulary_path) {
    std::ifstream file = open_file(path);
    std::string line;
    std::getline(file, line);  // header
    for (std::size_t rank = 0; rank < kUsedMerges && std::getline(file, line); ++rank) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.empty()) continue;
      const std::size_t space = line.find(' ');
      const std::string where = path.filename().string() + " line " + std::to_string(rank + 2);
      if (space == std::string::npos || line.find(' ', space + 1) != std::string::npos) {
        throw storage::DataError(path.string() + ": line " + std::to_string(rank + 2) + " \"" +
                                 line + "\" is not a pair of symbols");
      }
      const std::string left = line.substr(0, space);
      const std::string right = line.substr(space + 1);
      const auto left_id = require_entry(vocabulary, left, vocabulary_path, where);
      const auto right_id = require_entry(vocabulary, right, vocabulary_path, where);
      const auto merged = require_entry(vocabulary, left + right, vocabulary_path, where);
      merges.emplace(pair_key(left_id, right_id), Merge{static_cast<std::int32_t>(rank), merged});
    }
  }
};

ClipMerges::ClipMerges(std::shared_ptr<const Tables> tables) : tables_(std::move(tables)) {}

ClipMerges ClipMerges::load(const std::filesystem::path& folder) {
  auto tables = std::make_shared<Tables>();
  const auto vocabulary_path = folder / "vocab.json";
  tables->vocabulary = read_vocabulary(vocabulary_path);
  for (const auto& [entry, id] : tables->vocabulary) {
    tables->largest_id = std::max(tables->largest_id, id);
  }
  tables->read_bytes(vocabulary_path);
  tables->read_merges(folder / "merges.txt", vocabulary_path);
  return ClipMerges(std::move(tables));
}

std::vector<std::int32_t> ClipMerges::encode(std::string_view piece) const {
  std::vector<std::int32_t> symbols;
  for (std::size_t at = 0; at < piece.size(); ++at) {
    const auto byte = static_cast<unsigned char>(piece[at]);
    const bool last = at + 1 == piece.size();
    symbols.push_back(last ? tables_->last_byte_ids[byte] : tables_->byte_ids[byte]);
  }
  while (symbols.size() > 1) {
    const Tables::Merge* best = nullptr;
    std::size_t best_at = 0;
    for (std::size_t at = 0; at + 1 < symbols.size(); ++at) {
      const auto found = tables_->merges.find(pair_key(symbols[at], symbols[at + 1]));
      if (found != tables_->merges.end() && (best == nullptr || found->second.rank < best->rank)) {
        best = &found->second;
        best_at = at;
      }
    }
    if (best == nullptr) break;
    symbols[best_at] = best->merged;
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best_at) + 1);
  }
  return symbols;
}

std::optional<std::int32_t> ClipMerges::find(const std::string& entry) const {
  const auto found = tables_->vocabulary.find(entry);
  if (found == tables_->vocabulary.end()) return std::nullopt;
  return found->second;
}

int ClipMerges::vocabulary_size() const { return tables_->largest_id + 1; }

}  // namespace tessera::model
