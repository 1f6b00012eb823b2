#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "storage/mapped_file.h"

namespace tessera::storage {

/// A zip file, zip64 too, mapped read-only; nothing is ever unpacked to disk. Move-only; const
/// access from any thread.
class ZipArchive {
 public:
  struct Entry {
    enum class Method { Stored, Deflated };

    Method method = Method::Stored;
    std::uint64_t bytes = 0;  ///< when unpacked, as the directory claims
    std::uint32_t crc = 0;    ///< of the unpacked bytes
    std::span<const std::byte> packed;
  };

  /// Reads the directory and compares it with the header of every entry.
  /// \throws MissingFileError, IoError; DataError naming file, entry and fault: no zip file or a
  ///         truncated one, entries that leave the file or overlap, names that leave the archive
  ///         or come twice, encryption, other compression than deflate.
  static ZipArchive open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  const std::map<std::string, Entry>& entries() const { return entries_; }

  /// The unpacked bytes, after comparing the checksum.
  /// \throws DataError for an entry that is absent, damaged or larger than `limit_bytes`.
  std::string read(const std::string& name, std::uint64_t limit_bytes) const;
  /// The bytes of a stored entry in the mapping; the checksum is not compared, see verify().
  /// \throws DataError for an entry that is absent or compressed.
  std::span<const std::byte> stored(const std::string& name) const;
  /// Reads a stored entry and compares its checksum. \throws DataError as stored(), and if it
  /// differs.
  void verify(const std::string& name) const;

 private:
  ZipArchive(std::filesystem::path path, MappedFile file);
  const Entry& entry(const std::string& name) const;
  void check_crc(const std::string& name, std::span<const std::byte> unpacked) const;

  std::filesystem::path path_;
  MappedFile file_;
  std::map<std::string, Entry> entries_;
};

}  // namespace tessera::storage
