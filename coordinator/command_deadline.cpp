#include "coordinator/command_deadline.h"

#include <algorithm>

#include "coordinator/command_cost.h"

namespace tessera::coordinator {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr seconds kShortest(20);
constexpr seconds kExchange(5);
constexpr seconds kFiles(600);
constexpr double kSafety = 10;
constexpr double kSlowFlopPerSecond = 2e9;  // one core of a small machine

}  // namespace

CommandDeadline::CommandDeadline(const RenderPlan& plan, comm::DeadlineSource& source,
                                 std::optional<nanoseconds> fixed)
    : plan_(plan), source_(source), fixed_(fixed), seconds_per_flop_(1 / kSlowFlopPerSecond) {
  source_.set(fixed_.value_or(kShortest));
}

nanoseconds CommandDeadline::limit_of(const worker::Command& command) const {
  if (command.kind == worker::CommandKind::EndItem && !plan_.task.study.trace_file.empty()) {
    return std::max<nanoseconds>(kFiles, fixed_.value_or(kFiles));
  }
  if (fixed_) {
    return *fixed_;
  }
  const double predicted =
      command_flop(plan_, command) / working_ranks(plan_, command) * seconds_per_flop_;
  const std::chrono::duration<double> generous(kSafety * predicted);
  return std::max<nanoseconds>(kShortest, std::chrono::round<nanoseconds>(generous));
}

void CommandDeadline::begin(const worker::Command& command) { source_.set(limit_of(command)); }

void CommandDeadline::begin_exchange(const worker::Command& command) {
  source_.set(limit_of(command) + kExchange);
}

void CommandDeadline::end(const worker::Command& command,
                          std::span<const worker::Outcome> outcomes) {
  if (command.kind == worker::CommandKind::Stop) {
    source_.set(std::max<nanoseconds>(kFiles, fixed_.value_or(kFiles)));
    return;
  }
  source_.set(fixed_.value_or(kShortest));
  const double flop = command_flop(plan_, command) / working_ranks(plan_, command);
  if (flop <= 0) {
    return;
  }
  double slowest = 0;
  for (const worker::Outcome& outcome : outcomes) {
    slowest = std::max(slowest, outcome.step_seconds);
  }
  seconds_per_flop_ = measured_ ? std::max(seconds_per_flop_, slowest / flop) : slowest / flop;
  measured_ = true;
}

}  // namespace tessera::coordinator
