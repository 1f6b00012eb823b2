#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace tessera::comm {

/// Ends the job when the main thread is stuck inside an operation.
///
/// A communicator throws at its deadline while it polls; the watchdog is for the calls in which it
/// cannot. Its thread reads the operation records. When one is open past its deadline plus the
/// grace it reports the operation, peer, seconds and the last 16 operations, one line each, and
/// aborts. begin() and end() may be called from any thread; one operation at a time per rank.
class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;

  struct Actions {
    /// One line of the report; called on the watchdog's thread.
    std::function<void(const std::string& line)> report;
    /// Ends the job with `exit_code` if the transport can be used now. Returns false, without
    /// waiting, when the main thread is inside it: then the process ends by _exit(exit_code), which
    /// the launcher turns into the end of the job.
    std::function<bool(int exit_code)> try_abort;
  };

  static constexpr std::size_t kHistory = 16;

  /// \param grace   time that the main thread gets to report a missed deadline itself.
  /// \param period  between two looks at the records; at most this much later it acts.
  Watchdog(Actions actions, std::chrono::nanoseconds grace,
           std::chrono::nanoseconds period = std::chrono::milliseconds(100));
  /// Stops the thread.
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Opens a record and returns its serial number, for end().
  /// \param operation  text that lives as long as the process.
  /// \param peer       rank, or -1 for all.
  std::uint64_t begin(const char* operation, int peer, Clock::time_point deadline);
  void end(std::uint64_t serial);

 private:
  struct Record {
    std::uint64_t serial = 0;  ///< 0: unused
    const char* operation = "";
    int peer = -1;
    Clock::time_point begin;
    Clock::time_point deadline;
    Clock::time_point end;
    bool open = false;
  };

  void run();
  const Record* expired(Clock::time_point now) const;
  void report(const Record& late, const std::array<Record, kHistory>& history,
              Clock::time_point now) const;
  void abort() const;

  Actions actions_;
  std::chrono::nanoseconds grace_;
  std::chrono::nanoseconds period_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::array<Record, kHistory> records_;  ///< ring, indexed by serial
  std::uint64_t last_serial_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tessera::comm
