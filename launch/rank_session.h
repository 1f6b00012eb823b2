#pragma once

#include <functional>
#include <memory>
#include <string>

#include "comm/communicator.h"
#include "comm/deadline_source.h"
#include "comm/mpi_session.h"
#include "comm/watchdog.h"

namespace tessera::launch {

/// This process as a rank of its job: MPI under a launcher, one rank alone otherwise.
class RankSession {
 public:
  /// Opens the transport that the environment tells of. All ranks.
  /// \throws UsageError under srun without PMIx; comm::RankError.
  RankSession();

  int rank() const { return world_->rank(); }
  int size() const { return world_->size(); }
  comm::Communicator& world() { return *world_; }
  comm::DeadlineSource& deadline() { return *deadline_; }

  /// Who hears the watchdog's report before it ends the job; called on its thread.
  void on_watchdog_report(std::function<void(const std::string&)> hear);

  /// Leaves the job in the ordinary way; all ranks. Nothing may use the communicators after it.
  void close();
  /// Ends the job on all ranks at once, for a rank that cannot reach its peers any more.
  [[noreturn]] void abort(int exit_code);

 private:
  struct Reporter;

  std::shared_ptr<Reporter> reporter_;
  std::unique_ptr<comm::MpiSession> mpi_;  ///< null when alone; outlives the communicator
  std::shared_ptr<comm::DeadlineSource> deadline_;
  std::shared_ptr<comm::Watchdog> watchdog_;  ///< null when alone
  std::unique_ptr<comm::Communicator> world_;
};

}  // namespace tessera::launch
