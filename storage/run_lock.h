#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "storage/file_descriptor.h"

namespace tessera::storage {

/// Keeps other processes out of a run directory while the object lives (rank 0).
///
/// The file holds host, pid, start of the process, job and time as JSON, and the process keeps it
/// locked (flock), so the system frees it when the process dies. A lock left by a process of this
/// host that is gone is taken over, and so is a lock of another host whose batch job has ended. Any
/// other lock of another host is respected, since its process cannot be seen from here.
class RunLock {
 public:
  /// Whether the batch job that a lock names has ended; asked only about locks of other hosts.
  using JobHasEnded = std::function<bool(const std::string& job)>;

  /// \param file  RUN/LOCK.
  /// \param job   name or number of the batch job; may be empty.
  /// \param job_has_ended  may be empty: then nothing is known about jobs.
  /// \throws LockedError naming host, pid, time and the remedy if another process holds it;
  ///         CannotCreateError, IoError.
  static RunLock acquire(const std::filesystem::path& file, const std::string& job,
                         const JobHasEnded& job_has_ended = nullptr);
  /// Removes the file.
  ~RunLock();
  RunLock(RunLock&& other) noexcept = default;
  RunLock& operator=(RunLock&&) = delete;

  /// The dead process, or the one of an ended job, whose lock was taken over, as lock_holder()
  /// names it; empty if there was none.
  const std::string& taken_from() const { return taken_from_; }

 private:
  RunLock() = default;
  std::filesystem::path path_;
  FileDescriptor file_;
  std::string taken_from_;
};

/// Who holds a run directory, for people: "process 17 on node3 since 2026-..., job 42". Nothing if
/// there is no lock or its process, on this host, is gone. Takes no lock. \throws IoError.
std::optional<std::string> lock_holder(const std::filesystem::path& file);

}  // namespace tessera::storage
