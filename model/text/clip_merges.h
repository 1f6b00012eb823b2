#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tessera::model {

/// The vocabulary of a CLIP tokenizer and its byte-pair merges.
///
/// Immutable; copies share the tables; any thread.
class ClipMerges {
 public:
  /// Reads `vocab.json` and `merges.txt` (first line: header) of a tokenizer folder.
  /// \throws storage::MissingFileError; storage::DataError naming file and entry when the
  /// vocabulary
  ///         lacks a byte symbol or the result of a merge.
  static ClipMerges load(const std::filesystem::path& folder);

  /// Ids of one piece of text.
  ///
  /// Every UTF-8 byte becomes a symbol of the GPT-2 byte-to-unicode table, the last one with `</w>`
  /// behind it; then the pair of lowest rank is merged until no pair has a rank.
  std::vector<std::int32_t> encode(std::string_view piece) const;

  /// Id of a whole vocabulary entry, such as `<|endoftext|>`.
  std::optional<std::int32_t> find(const std::string& entry) const;

  /// One more than the largest id.
  int vocabulary_size() const;

 private:
  struct Tables;
  explicit ClipMerges(std::shared_ptr<const Tables> tables);
  std::shared_ptr<const Tables> tables_;
};

}  // namespace tessera::model
