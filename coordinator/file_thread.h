#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <thread>

namespace tessera::coordinator {

/// A thread that works on files. One that a file system holds fast cannot be ended: it is left
/// behind, so that nobody has to wait for it. What it touches it therefore has to own, and the
/// process that leaves one behind ends without running the destructors of static objects.
class FileThread {
 public:
  /// \param work      shares all that it touches, and returns soon after it is told to.
  /// \param farewell  how long the destructor waits for that.
  explicit FileThread(std::function<void()> work,
                      std::chrono::milliseconds farewell = std::chrono::seconds(5));
  /// Joins the thread, or leaves it behind.
  ~FileThread();
  FileThread(const FileThread&) = delete;
  FileThread& operator=(const FileThread&) = delete;

 private:
  std::chrono::milliseconds farewell_;
  std::future<void> done_;
  std::thread thread_;
};

}  // namespace tessera::coordinator
