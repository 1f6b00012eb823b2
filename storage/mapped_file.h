#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace tessera::storage {

/// A regular file mapped read-only. Move-only; const access from any thread.
///
/// Pages are read when touched. A file that another process shortens while it is mapped ends the
/// process with SIGBUS, as with every mapped file; files of models are replaced, not rewritten.
class MappedFile {
 public:
  /// \throws MissingFileError if there is no such file, DataError if it is not a regular file,
  ///         OutOfMemoryError if the system has no room to map it, IoError if it cannot be opened
  ///         or mapped for another reason.
  static MappedFile open(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::span<const std::byte> bytes_;
};

}  // namespace tessera::storage
