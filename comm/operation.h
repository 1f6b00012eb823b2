#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "comm/job_ranks.h"
#include "comm/rank_context.h"
#include "comm/traffic_counters.h"

namespace tessera::comm {

/// One running operation of a communicator: its clock, its deadline, its entry in the watchdog's
/// records and its share of the counters. Lives on the stack of the operation.
class Operation {
 public:
  using Clock = std::chrono::steady_clock;

  /// \param name  text that lives as long as the process.
  /// \param peer  the one member it waits for, or -1.
  Operation(const char* name, int peer, const RankContext& context, TrafficCounters& traffic);
  ~Operation();
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  const char* name() const { return name_; }
  Clock::time_point deadline() const { return deadline_; }
  double seconds() const;  ///< since the start
  /// Counts `seconds` instead of the time between start and end: of a transport that completes
  /// operations later, in the background.
  void count_as(double seconds) { counted_seconds_ = seconds; }
  /// How users know a member of the group: its rank in the job.
  int job_rank(int member) const { return job_ranks_.of(member); }
  /// \param peer  a member of the group, or -1.
  /// \throws RankError with this operation's name and time.
  [[noreturn]] void fail(int peer, const std::string& detail) const;

 private:
  const char* name_;
  JobRanks job_ranks_;
  Watchdog* watchdog_;
  TrafficCounters& traffic_;
  Clock::time_point begin_;
  Clock::time_point deadline_;
  std::uint64_t serial_ = 0;
  std::optional<double> counted_seconds_;
};

}  // namespace tessera::comm
