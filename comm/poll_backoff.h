#pragma once

#include <chrono>

namespace tessera::comm {

/// Paces a polling loop: yields for a short while after the last progress, which keeps the latency
/// of small operations low, then sleeps between polls, so that waiting ranks leave the cores to
/// the ranks they wait for.
class PollBackoff {
 public:
  /// Something arrived: be quick again.
  void progress();
  void pause();

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_progress_ = Clock::now();
};

}  // namespace tessera::comm
