#include "coordinator/command_exchange.h"

#include <utility>

#include "comm/exit_code.h"
#include "coordinator/agreement.h"
#include "coordinator/bytes_of.h"

namespace tessera::coordinator {
namespace {

/// Outcomes whose serial numbers differ belong to different commands: the ranks are out of step.
Verdict judge_serials(const worker::Command& command,
                      const std::vector<worker::Outcome>& outcomes) {
  for (std::size_t rank = 0; rank < outcomes.size(); ++rank) {
    if (outcomes[rank].serial != command.serial) {
      return {comm::kInternal, static_cast<int>(rank),
              "rank " + std::to_string(rank) + " answered command " +
                  std::to_string(outcomes[rank].serial) + ", not " +
                  std::to_string(command.serial)};
    }
  }
  return {};
}

}  // namespace

CommandExchange::CommandExchange(comm::Communicator& control, CascadeState state,
                                 ExecuteCommand execute, CommandDeadline* deadline)
    : control_(control),
      state_(std::move(state)),
      execute_(std::move(execute)),
      deadline_(deadline) {}

Exchange CommandExchange::issue(const worker::Command& command) {
  worker::Command sent = command;
  control_.broadcast(writable_bytes_of(sent), 0);
  return take_part(sent);
}

Exchange CommandExchange::follow() {
  worker::Command received;
  control_.broadcast(writable_bytes_of(received), 0);
  return take_part(received);
}

worker::Outcome CommandExchange::execute_checked(const worker::Command& command) {
  try {
    state_.apply(command);
  } catch (const ProtocolError& error) {
    worker::Outcome refused;
    refused.exit_code = comm::kInternal;
    refused.set_message(error.what());
    return refused;
  }
  return execute_(command);
}

Exchange CommandExchange::take_part(const worker::Command& command) {
  if (deadline_ != nullptr) {
    deadline_->begin(command);
  }
  worker::Outcome mine = execute_checked(command);
  mine.serial = command.serial;
  if (deadline_ != nullptr) {
    deadline_->begin_exchange(command);
  }
  Exchange result{
      command, {}, std::vector<worker::Outcome>(static_cast<std::size_t>(control_.size()))};
  control_.all_gather(bytes_of(mine), writable_bytes_of(result.outcomes));
  if (deadline_ != nullptr) {
    deadline_->end(command, result.outcomes);
  }
  result.verdict = judge(result.outcomes);
  if (result.verdict.ok()) {
    result.verdict = judge_serials(command, result.outcomes);
  }
  return result;
}

int exit_code_of_stop(const Exchange& stop) {
  return stop.command.argument != 0 ? stop.command.argument : stop.verdict.exit_code;
}

int serve_commands(CommandExchange& exchange) {
  for (;;) {
    const Exchange done = exchange.follow();
    if (done.command.kind == worker::CommandKind::Stop) {
      return exit_code_of_stop(done);
    }
  }
}

}  // namespace tessera::coordinator
