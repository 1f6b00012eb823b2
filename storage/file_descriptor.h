#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace tessera::storage {

/// Owns an open file descriptor, or none (-1). Move-only.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  ~FileDescriptor() { reset(); }
  FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }
  /// Gives the descriptor up without closing it.
  int release() { return std::exchange(descriptor_, -1); }
  /// Closes; errors of close are lost, so writers close what they get from release().
  void reset();

 private:
  int descriptor_ = -1;
};

/// Opens a regular file.
/// \throws MissingFileError if there is no such file, DataError if it is not a regular file,
/// IoError
///         otherwise.
FileDescriptor open_for_reading(const std::filesystem::path& path);

/// "PATH: cannot write: No space left on device". \param error  a value of errno.
std::string system_message(std::string_view what, const std::filesystem::path& path, int error);

}  // namespace tessera::storage
