#pragma once

#include <filesystem>
#include <string>

#include "storage/file_descriptor.h"

namespace tessera::storage {

/// Keeps other processes out of a run directory while the object lives (rank 0).
///
/// The file holds host, pid, start of the process, job and time as JSON, and the process keeps it
/// locked (flock), so the system frees it when the process dies. A lock left by a process of this
/// host that is gone is taken over. A lock of another host is respected, since its process cannot
/// be seen from here.
class RunLock {
 public:
  /// \param file  RUN/LOCK.
  /// \param job   name or number of the batch job; may be empty.
  /// \throws LockedError naming host, pid, time and the remedy if another process holds it;
  ///         CannotCreateError, IoError.
  static RunLock acquire(const std::filesystem::path& file, const std::string& job);
  /// Removes the file.
  ~RunLock();
  RunLock(RunLock&& other) noexcept = default;
  RunLock& operator=(RunLock&&) = delete;

  /// True if a lock of a dead process was taken over.
  bool took_over() const { return took_over_; }

 private:
  RunLock() = default;
  std::filesystem::path path_;
  FileDescriptor file_;
  bool took_over_ = false;
};

}  // namespace tessera::storage
