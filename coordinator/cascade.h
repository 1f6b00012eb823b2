#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <vector>

#include "coordinator/command_exchange.h"
#include "coordinator/output_writer.h"
#include "coordinator/progress_estimate.h"
#include "coordinator/rank_requests.h"
#include "coordinator/render_observer.h"
#include "coordinator/render_plan.h"
#include "coordinator/run_saving.h"

namespace tessera::coordinator {

/// Drives a run on rank 0: issues the commands, tells the observers, hands finished pictures on,
/// saves the state and stops when any rank is asked to.
///
/// Whatever fails between commands ends in Stop, which carries the exit code to all ranks: a
/// failing outcome of any rank, an error of the output, an exception of an observer. Pictures of
/// stages that were completed before a failure are still written. While rank 0 waits for the output
/// or a checkpoint it sends Idle, so that no deadline counts its waiting.
/// An exception out of the exchange itself (comm::RankError, worker::BrokenCollective) is told to
/// the observers and leaves run(): the other ranks cannot be told any more, and the caller aborts
/// the job.
class Cascade {
 public:
  /// Everything outlives the cascade. \param observers  called in this order.
  /// \param idle_period  between two Idle commands; a quarter of the shortest deadline.
  Cascade(const RenderPlan& plan, CommandExchange& exchange, OutputWriter& output,
          std::vector<RenderObserver*> observers, RunSaving saving = {},
          std::chrono::milliseconds idle_period = std::chrono::seconds(5));

  /// Runs all items and stops all ranks. Returns the exit code; call once.
  int run();
  /// After run().
  const RunSummary& summary() const { return summary_; }

 private:
  using Clock = std::chrono::steady_clock;

  void run_commands();
  void announce(const worker::Command& command);
  void issue(const worker::Command& command);
  void idle();
  void hear(const Exchange& done);
  void wait_for_room();
  void drain();
  void deliver_pictures();
  void check_output();

  bool stops_here();
  void save_if_due();
  void save();
  void wait_for_checkpoint();
  void deliver_checkpoint();
  void stop_on_request();

  void fail(FailureRecord failure);
  void fail_with(const std::exception_ptr& error);
  void tell_lost_peers(const std::exception& error);
  void guarded(const std::function<void()>& work);
  void finish_observers();
  bool failed() const;
  bool ended() const { return summary_.exit_code != 0; }
  double since_start() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }

  const RenderPlan& plan_;
  CommandExchange& exchange_;
  OutputWriter& output_;
  std::vector<RenderObserver*> observers_;
  RunSaving saving_;
  std::chrono::milliseconds idle_period_;
  ProgressEstimate progress_;
  Clock::time_point start_;
  worker::Command current_;
  RunSummary summary_;

  RankRequests requests_;
  Clock::time_point saved_at_;  ///< when the last snapshot was taken
  int steps_since_save_ = 0;
  std::optional<CascadePosition> saved_;  ///< of the last snapshot, or where the run goes on from
  bool last_save_written_ = false;        ///< its file is complete
  int failed_saves_ = 0;                  ///< in a row
};

}  // namespace tessera::coordinator
