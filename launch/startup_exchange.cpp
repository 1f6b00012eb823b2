#include "launch/startup_exchange.h"

#include "comm/rank_error.h"
#include "coordinator/agreement.h"
#include "launch/exit_codes.h"
#include "launch/startup_failure.h"
#include "worker/failure_code.h"
#include "worker/outcome.h"

namespace tessera::launch {
namespace {

/// Throws the same failure on all ranks. The rank that failed knows its message in full; an
/// exchanged one is cut to the size of an outcome.
void leave_on_failure(const coordinator::Verdict& verdict, int rank, const std::string& own) {
  if (verdict.ok()) return;
  const bool mine = verdict.rank == rank && !own.empty();
  const std::string origin = verdict.rank > 0 ? "[r" + std::to_string(verdict.rank) + "] " : "";
  throw StartupFailure(verdict.exit_code, origin + (mine ? own : verdict.message));
}

}  // namespace

void StartupExchange::on_all(const std::function<void()>& work) {
  worker::Outcome outcome;
  std::string message;
  try {
    work();
  } catch (const comm::RankError&) {
    throw;
  } catch (const std::exception& error) {
    message = worker::failure_text(error);
    outcome.exit_code = exit_code_of(error);
    outcome.set_message(message);
  }
  leave_on_failure(coordinator::agree(control_, outcome), control_.rank(), message);
}

void StartupExchange::on_root(const std::function<void()>& work) {
  on_all([&] {
    if (control_.rank() == 0) work();
  });
}

std::string StartupExchange::text_of_root(const std::function<std::string()>& make) {
  std::string text;
  on_root([&] { text = make(); });
  return coordinator::broadcast_text(control_, text);
}

void StartupExchange::same_on_all(const std::string& what, const std::string& text) {
  leave_on_failure(coordinator::agree_on(control_, what, text), control_.rank(), "");
}

}  // namespace tessera::launch
