#pragma once

#include <atomic>
#include <chrono>

namespace tessera::comm {

/// The time that one operation between ranks may take. All communicators of a rank read the same
/// source when an operation starts; its owner changes it between commands (600 s while weights
/// load, else max(20 s, 10 x the predicted time of the command)). Any thread.
class DeadlineSource {
 public:
  /// \param limit  > 0.
  explicit DeadlineSource(std::chrono::nanoseconds limit) : limit_ns_(limit.count()) {}

  void set(std::chrono::nanoseconds limit) { limit_ns_.store(limit.count()); }
  std::chrono::nanoseconds get() const { return std::chrono::nanoseconds(limit_ns_.load()); }

 private:
  std::atomic<std::chrono::nanoseconds::rep> limit_ns_;
};

}  // namespace tessera::comm
