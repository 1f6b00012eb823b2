#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "storage/file_descriptor.h"

namespace tessera::storage {

/// A file that appears under its name complete or not at all.
///
/// Bytes go to a hidden temporary file `.NAME.tmp-PID-N` in the same folder; commit() flushes,
/// syncs and renames it, then syncs the folder. Without commit the destructor removes it. An
/// existing file of that name is replaced at commit. Used from one thread.
class AtomicFile {
 public:
  /// \throws CannotCreateError with the system's reason if the folder cannot take the file.
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;

  /// \throws IoError naming the file, e.g. when the disk is full.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// The file gets its name. Call once, last. \throws IoError, CannotCreateError.
  void commit();

  /// The steps of commit(), for those who do something between them: call each once, in this order.
  void flush();
  void sync();
  void rename();
  void sync_folder();

  const std::filesystem::path& path() const { return path_; }
  /// Where the bytes are until rename(): of use after flush().
  const std::filesystem::path& temporary() const { return temporary_; }

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;  ///< empty once renamed or moved from
  FileDescriptor file_;
  std::vector<std::byte> buffer_;
};

/// Syncs the folder of `path`: what was created, renamed or deleted in it is on disk. \throws
/// IoError.
void sync_folder_of(const std::filesystem::path& path);

/// True for the names of temporary files that a killed process leaves behind.
bool is_leftover(const std::filesystem::path& path);

}  // namespace tessera::storage
