#include "launch/rank_session.h"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <utility>

#include "comm/communicator_factory.h"
#include "launch/environment.h"
#include "launch/usage_error.h"

namespace tessera::launch {
namespace {

// Start-up reads files on rank 0 while the others wait.
constexpr std::chrono::seconds kStartupDeadline(600);
constexpr std::chrono::seconds kWatchdogGrace(5);

}  // namespace

struct RankSession::Reporter {
  std::mutex mutex;
  std::function<void(const std::string&)> hear;

  void report(const std::string& line) {
    const std::lock_guard lock(mutex);
    std::cerr << "tessera: " + line + "\n" << std::flush;
    if (hear) hear(line);
  }
};

RankSession::RankSession()
    : reporter_(std::make_shared<Reporter>()),
      deadline_(std::make_shared<comm::DeadlineSource>(kStartupDeadline)) {
  if (is_srun_without_pmix()) {
    throw UsageError(
        "srun started several tasks without PMIx, so each would render by itself. Add --mpi=pmix "
        "to srun.");
  }
  const comm::Transport transport = comm::choose_transport(variable);
  comm::RankContext context{deadline_, nullptr};
  if (transport == comm::Transport::Mpi) {
    mpi_ = std::make_unique<comm::MpiSession>();
    comm::MpiSession* session = mpi_.get();
    comm::Watchdog::Actions actions{
        [reporter = reporter_](const std::string& line) { reporter->report(line); },
        [session](int exit_code) { return session->try_abort(exit_code); }};
    watchdog_ = std::make_shared<comm::Watchdog>(std::move(actions), kWatchdogGrace);
    context.watchdog = watchdog_;
  }
  world_ = comm::make_communicator(transport, mpi_.get(), context);
}

void RankSession::on_watchdog_report(std::function<void(const std::string&)> hear) {
  const std::lock_guard lock(reporter_->mutex);
  reporter_->hear = std::move(hear);
}

void RankSession::close() {
  world_.reset();
  watchdog_.reset();
  if (mpi_) mpi_->close();
}

void RankSession::abort(int exit_code) {
  std::cout << std::flush;
  if (mpi_) mpi_->try_abort(exit_code);
  std::_Exit(exit_code);
}

}  // namespace tessera::launch
