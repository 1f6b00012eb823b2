#pragma once

#include <filesystem>
#include <string_view>

#include "storage/file_descriptor.h"

namespace tessera::storage {

/// A text file that grows by whole lines, each of which is there at once for programs that follow
/// the file. Used from one thread.
class LineFile {
 public:
  /// Opens the file, or creates it; what it holds stays, and a last line that was cut short is
  /// ended before the first new one. \throws CannotCreateError naming it.
  explicit LineFile(std::filesystem::path path);

  /// Appends a line. After a failure the file may be tried again: a line that was cut short is
  /// ended before the next one. \throws IoError naming the file, e.g. when the disk is full.
  void add(std::string_view line);

 private:
  std::filesystem::path path_;
  FileDescriptor file_;
  bool cut_short_ = false;  ///< the last line lacks its end
};

}  // namespace tessera::storage
