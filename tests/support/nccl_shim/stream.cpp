#include "tests/support/nccl_shim/stream.h"

#include "tests/support/nccl_shim/faults.h"

namespace tessera::testing::nccl_shim {

void Mark::reach() {
  const std::lock_guard lock(mutex_);
  time_ = Clock::now();
  wake_.notify_all();
}

void Mark::wait() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return time_.has_value(); });
}

std::optional<Mark::Clock::time_point> Mark::reached() {
  const std::lock_guard lock(mutex_);
  return time_;
}

}  // namespace tessera::testing::nccl_shim

CUstream_st::CUstream_st() : thread_([this] { run(); }) {}

CUstream_st::~CUstream_st() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void CUstream_st::push(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

bool CUstream_st::idle() {
  const std::lock_guard lock(mutex_);
  return tasks_.empty() && !busy_;
}

void CUstream_st::drain() {
  std::unique_lock lock(mutex_);
  drained_.wait(lock, [this] { return tasks_.empty() && !busy_; });
}

bool CUstream_st::drain_within(std::chrono::nanoseconds limit) {
  std::unique_lock lock(mutex_);
  return drained_.wait_for(lock, limit, [this] { return tasks_.empty() && !busy_; });
}

void CUstream_st::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    const std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    busy_ = true;
    lock.unlock();
    const auto lag = tessera::testing::nccl_shim::current_faults().stream_lag;
    if (lag.count() > 0) std::this_thread::sleep_for(lag);
    task();
    lock.lock();
    busy_ = false;
    if (tasks_.empty()) drained_.notify_all();
  }
}
