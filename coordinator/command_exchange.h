#pragma once

#include <functional>
#include <vector>

#include "comm/communicator.h"
#include "coordinator/cascade_state.h"
#include "coordinator/command_deadline.h"
#include "coordinator/verdict.h"
#include "worker/command.h"
#include "worker/outcome.h"

namespace tessera::coordinator {

/// Executes one command on this rank; worker::Worker::execute outside tests.
using ExecuteCommand = std::function<worker::Outcome(const worker::Command&)>;

/// One command and what became of it; the same on every rank.
struct Exchange {
  worker::Command command;
  Verdict verdict;
  std::vector<worker::Outcome> outcomes;  ///< by rank
};

/// Carries commands from rank 0 to every rank and their outcomes back. The only place where errors
/// cross ranks.
///
/// One exchange is a broadcast of the Command, its execution on all ranks (rank 0 included, and
/// ranks that idle in a stage), and an all_gather of the Outcomes. Every rank checks the order and
/// the serial number of what it receives and refuses a wrong command with code 70 instead of
/// executing it. An exception of the execution leaves the exchange: the rank cannot join its peers
/// any more, and the caller has to abort the job.
/// Used from one thread; all ranks construct it from the same state.
class CommandExchange {
 public:
  /// \param deadline  told when commands begin and end; nullptr leaves deadlines alone.
  CommandExchange(comm::Communicator& control, CascadeState state, ExecuteCommand execute,
                  CommandDeadline* deadline = nullptr);

  /// Rank 0: tells all ranks to execute `command`.
  Exchange issue(const worker::Command& command);
  /// Other ranks: waits for one command and takes part in it.
  Exchange follow();

  const CascadeState& state() const { return state_; }

 private:
  Exchange take_part(const worker::Command& command);
  worker::Outcome execute_checked(const worker::Command& command);

  comm::Communicator& control_;
  CascadeState state_;
  ExecuteCommand execute_;
  CommandDeadline* deadline_;
};

/// Ranks > 0: follows commands until Stop and returns the exit code that it carries, or that of the
/// ranks that failed in it. A failing command does not end the loop: rank 0 answers it with Stop.
int serve_commands(CommandExchange& exchange);

/// The code with which a run ends by this Stop.
int exit_code_of_stop(const Exchange& stop);

}  // namespace tessera::coordinator
