#pragma once

#include <chrono>
#include <optional>
#include <span>

#include "comm/deadline_source.h"
#include "coordinator/render_plan.h"
#include "worker/command.h"
#include "worker/outcome.h"

namespace tessera::coordinator {

/// How long a rank may wait for its peers while a command runs: max(20 s, 10 x the predicted time
/// of the command), and 5 s more in the exchange of outcomes. Between commands 20 s, which rank 0's
/// Idle commands never let pass. At least 600 s where rank 0 writes files that no prediction
/// covers, on a disk that may be slow: in EndItem with a trace, and after Stop.
///
/// Predictions start from a slow machine and follow the slowest command measured so far; all ranks
/// see the same outcomes, so all hold the same deadlines. One per rank, used from its main thread.
class CommandDeadline {
 public:
  /// \param fixed   `distributed.deadline`: taken instead of the rule.
  /// \param source  what the rank's communicators read; `plan` and `source` outlive this object.
  CommandDeadline(const RenderPlan& plan, comm::DeadlineSource& source,
                  std::optional<std::chrono::nanoseconds> fixed);

  /// Before a command.
  void begin(const worker::Command& command);
  /// Before the exchange of its outcomes, which allows 5 s more: so a rank that waits for a lost
  /// peer inside the command, and knows it by number, speaks before those that wait for all.
  void begin_exchange(const worker::Command& command);
  /// After them. \param outcomes  of all ranks.
  void end(const worker::Command& command, std::span<const worker::Outcome> outcomes);

  /// What begin() sets.
  std::chrono::nanoseconds limit_of(const worker::Command& command) const;

 private:
  const RenderPlan& plan_;
  comm::DeadlineSource& source_;
  std::optional<std::chrono::nanoseconds> fixed_;
  double seconds_per_flop_;  ///< of one rank
  bool measured_ = false;
};

}  // namespace tessera::coordinator
