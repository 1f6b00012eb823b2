#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace tessera::testing::nccl_shim {

/// One recording of an event.
class Mark {
 public:
  using Clock = std::chrono::steady_clock;

  void reach();
  void wait();
  /// When a stream came to it; nothing before.
  std::optional<Clock::time_point> reached();

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<Clock::time_point> time_;
};

}  // namespace tessera::testing::nccl_shim

/// A stream: a thread that runs tasks in the order in which they were given. Nothing but an event
/// orders it with other streams or with the host.
struct CUstream_st {
 public:
  CUstream_st();
  ~CUstream_st();  ///< after the tasks given to it
  CUstream_st(const CUstream_st&) = delete;
  CUstream_st& operator=(const CUstream_st&) = delete;

  void push(std::function<void()> task);
  bool idle();
  void drain();
  /// Whether it had no task left before `limit` was over.
  bool drain_within(std::chrono::nanoseconds limit);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable drained_;
  std::deque<std::function<void()>> tasks_;
  bool busy_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

/// An event: its latest recording, none before the first.
struct CUevent_st {
  std::shared_ptr<tessera::testing::nccl_shim::Mark> mark;
};
