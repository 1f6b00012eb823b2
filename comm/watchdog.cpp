#include "comm/watchdog.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "comm/exit_code.h"

namespace tessera::comm {
namespace {

double seconds_between(Watchdog::Clock::time_point from, Watchdog::Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

std::string with_peer(const char* operation, int peer) {
  std::string text = operation;
  if (peer >= 0) text += " with rank " + std::to_string(peer);
  return text;
}

std::string fixed(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f s", seconds);
  return text;
}

}  // namespace

Watchdog::Watchdog(Actions actions, std::chrono::nanoseconds grace, std::chrono::nanoseconds period)
    : actions_(std::move(actions)), grace_(grace), period_(period), thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

std::uint64_t Watchdog::begin(const char* operation, int peer, Clock::time_point deadline) {
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  const std::uint64_t serial = ++last_serial_;
  records_[serial % kHistory] = {serial, operation, peer, now, deadline, now, true};
  return serial;
}

void Watchdog::end(std::uint64_t serial) {
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  Record& record = records_[serial % kHistory];
  if (record.serial != serial) return;  // overwritten by later operations
  record.end = now;
  record.open = false;
}

void Watchdog::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, period_);
    const auto now = Clock::now();
    const Record* found = expired(now);
    if (stopping_ || found == nullptr) continue;
    const Record late = *found;
    const auto history = records_;
    records_[late.serial % kHistory].open = false;  // reported once
    lock.unlock();
    report(late, history, now);
    abort();
    lock.lock();
  }
}

const Watchdog::Record* Watchdog::expired(Clock::time_point now) const {
  for (const Record& record : records_) {
    if (record.open && now > record.deadline + grace_) return &record;
  }
  return nullptr;
}

void Watchdog::report(const Record& late, const std::array<Record, kHistory>& history,
                      Clock::time_point now) const {
  actions_.report(with_peer(late.operation, late.peer) + " has not ended after " +
                  fixed(seconds_between(late.begin, now)) + "; the job ends with code " +
                  std::to_string(kUnavailable));
  for (std::uint64_t i = 0; i < kHistory; ++i) {
    const Record& record = history[(late.serial + 1 + i) % kHistory];
    if (record.serial == 0) continue;
    actions_.report("operation " + std::to_string(record.serial) + ": " +
                    with_peer(record.operation, record.peer) + ", begun " +
                    fixed(seconds_between(record.begin, now)) + " ago, " +
                    (record.open ? std::string("still open")
                                 : "took " + fixed(seconds_between(record.begin, record.end))));
  }
}

void Watchdog::abort() const {
  if (!actions_.try_abort(kUnavailable)) {
    actions_.report("the main thread is inside the transport: leaving by _exit");
    ::_exit(kUnavailable);
  }
}

}  // namespace tessera::comm
