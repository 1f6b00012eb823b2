#include "coordinator/cascade.h"

#include <exception>
#include <functional>
#include <string>
#include <utility>

#include "comm/exit_code.h"
#include "coordinator/checkpoint_policy.h"
#include "worker/failure_code.h"

namespace tessera::coordinator {
namespace {

using worker::Command;
using worker::CommandKind;

constexpr int kFailedSavesInARow = 3;
// A job that is about to be aborted: what can still be written is worth so long.
constexpr std::chrono::seconds kLastWrites(5);

}  // namespace

Cascade::Cascade(const RenderPlan& plan, CommandExchange& exchange, OutputWriter& output,
                 std::vector<RenderObserver*> observers, RunSaving saving,
                 std::chrono::milliseconds idle_period)
    : plan_(plan),
      exchange_(exchange),
      output_(output),
      observers_(std::move(observers)),
      saving_(std::move(saving)),
      idle_period_(idle_period),
      progress_(plan, exchange.state()),
      saved_(saving_.resumed_at),
      last_save_written_(saving_.resumed_at.has_value()) {}

int Cascade::run() {
  start_ = saved_at_ = Clock::now();
  try {
    run_commands();
    drain();
  } catch (const std::exception& error) {
    tell_lost_peers(error);
    throw;
  }
  finish_observers();
  const Exchange stop = exchange_.issue(exchange_.state().stop(summary_.exit_code));
  return exit_code_of_stop(stop);
}

void Cascade::run_commands() {
  while (!ended()) {
    save_if_due();
    const std::optional<Command> next = exchange_.state().next();
    if (ended() || !next || stops_here()) {
      return;
    }
    current_ = *next;
    guarded([&] { announce(*next); });
    if (next->kind == CommandKind::EndStage) {
      wait_for_room();
    }
    if (ended()) {
      return;
    }
    // The wait may have sent Idle, which takes serial numbers.
    issue(*exchange_.state().next());
    guarded([&] { deliver_pictures(); });
    check_output();
  }
}

/// Work of rank 0 alone: an exception of it ends the run, and the other ranks learn the code.
void Cascade::guarded(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    fail({0, worker::failure_code(error), worker::failure_text(error), current_});
  }
}

void Cascade::announce(const Command& command) {
  const worker::ItemTask& item = plan_.task.items[static_cast<std::size_t>(command.item)];
  for (RenderObserver* observer : observers_) {
    if (command.kind == CommandKind::BeginItem) {
      observer->on_item_begin(item);
    } else if (command.kind == CommandKind::BeginStage) {
      observer->on_stage_begin(item, plan_.task.stages[static_cast<std::size_t>(command.stage)]);
    }
  }
}

void Cascade::issue(const Command& command) {
  const Clock::time_point begin = Clock::now();
  const Exchange done = exchange_.issue(command);
  const std::chrono::duration<double> taken = Clock::now() - begin;
  progress_.add(command, taken.count());
  CommandRecord record;
  record.command = command;
  record.seconds = taken.count();
  record.since_start = since_start();
  record.progress = progress_.done();
  record.eta_seconds = progress_.eta_seconds();
  record.outcomes = done.outcomes;
  guarded([&] {
    for (RenderObserver* observer : observers_) observer->on_command_end(record);
  });
  hear(done);
  if (!done.verdict.ok()) {
    fail({done.verdict.rank, done.verdict.exit_code, done.verdict.message, command});
  } else if (command.kind == CommandKind::EndItem) {
    ++summary_.items_done;
  } else if (command.kind == CommandKind::Step) {
    ++summary_.steps_done;
    ++steps_since_save_;
  }
}

/// What the ranks ask for in their outcomes. A run that ends anyway tells of no more wishes.
void Cascade::hear(const Exchange& done) {
  requests_.add(done.outcomes);
  const std::optional<int> rank = ended() ? std::nullopt : requests_.new_stopping_rank();
  if (!rank) return;
  const std::string reason = saving_.stop_reason ? saving_.stop_reason(*rank) : "";
  guarded([&] {
    for (RenderObserver* observer : observers_) {
      observer->on_stop_requested({*rank, reason, since_start()});
    }
  });
}

void Cascade::idle() {
  const Exchange done = exchange_.issue(exchange_.state().idle());
  hear(done);
  if (!done.verdict.ok()) {
    fail({done.verdict.rank, done.verdict.exit_code, done.verdict.message, done.command});
  }
}

void Cascade::wait_for_room() {
  while (!ended() && !output_.wait_for_room(idle_period_)) idle();
}

/// Completes the pictures whose rows are all there, also after a failure.
void Cascade::drain() {
  if (!output_.picture_open()) output_.finish();
  while (!output_.wait_until_written(idle_period_)) idle();
  wait_for_checkpoint();
  guarded([&] { deliver_pictures(); });
  check_output();
}

void Cascade::deliver_pictures() {
  for (FrameRecord& frame : output_.take_written()) {
    frame.since_start = since_start();
    summary_.frames.push_back(frame);
    for (RenderObserver* observer : observers_) observer->on_frame_written(frame);
  }
}

void Cascade::check_output() {
  if (failed()) {
    return;
  }
  if (const std::exception_ptr error = output_.failure()) {
    fail_with(error);
  } else if (current_.kind == CommandKind::EndStage && output_.picture_open()) {
    fail({0, comm::kInternal, "the picture of a stage ended before its last row", current_});
  }
}

/// The first failure counts; its observers may fail in turn, which changes nothing any more.
void Cascade::fail(FailureRecord failure) {
  if (failed()) {
    return;
  }
  summary_.exit_code = failure.exit_code;  // also of a run that was about to stop on request
  for (RenderObserver* observer : observers_) {
    try {
      observer->on_failure(failure);
    } catch (const std::exception&) {
      continue;
    }
  }
}

void Cascade::fail_with(const std::exception_ptr& error) {
  guarded([&] { std::rethrow_exception(error); });
}

bool Cascade::failed() const { return ended() && summary_.exit_code != comm::kStopped; }

/// Where no snapshot can be taken: whether a run that is asked to stop may do so at once.
bool Cascade::stops_here() {
  const CascadeState& state = exchange_.state();
  if (!requests_.stop() || state.may_checkpoint()) return false;
  if (state.between_stages()) wait_for_checkpoint();
  const bool saved = state.at_item_start() || (state.between_stages() && last_save_written_);
  if (saved) stop_on_request();
  return ended();
}

void Cascade::save_if_due() {
  const CascadeState& state = exchange_.state();
  if (saving_.checkpointer == nullptr || !state.may_checkpoint()) return;
  deliver_checkpoint();
  CheckpointMoment moment;
  if (state.at_stage_end()) moment.place = CheckpointMoment::Place::StageEnd;
  if (saving_.checkpointer->writing()) moment.writer = CheckpointMoment::Writer::Busy;
  moment.seconds_since_last = std::chrono::duration<double>(Clock::now() - saved_at_).count();
  moment.steps_since_last = steps_since_save_;
  moment.requests = requests_.open();
  const CheckpointDecision decision = decide_checkpoint(saving_.config, moment);
  if (ended() || decision == CheckpointDecision::GoOn) return;
  requests_.follow_checkpoint();
  // A detour, and a position that was loaded or saved before, are in a file already.
  if (!state.on_detour() && saved_ != state.position()) save();
  if (decision != CheckpointDecision::WriteAndStop || ended()) return;
  wait_for_checkpoint();
  if (!last_save_written_) {
    fail({0, comm::kIoError, "the run was asked to stop, but its checkpoint could not be written",
          current_});
  }
  stop_on_request();
}

void Cascade::save() {
  wait_for_checkpoint();
  if (ended()) return;
  saved_ = exchange_.state().position();
  saved_at_ = Clock::now();
  steps_since_save_ = 0;
  last_save_written_ = false;
  current_ = exchange_.state().checkpoint();
  issue(current_);
}

void Cascade::wait_for_checkpoint() {
  if (saving_.checkpointer == nullptr) return;
  while (!saving_.checkpointer->wait(idle_period_)) idle();
  deliver_checkpoint();
}

void Cascade::deliver_checkpoint() {
  if (const std::exception_ptr error = saving_.checkpointer->failure()) fail_with(error);
  std::optional<CheckpointRecord> record = saving_.checkpointer->take_result();
  if (!record) return;
  record->since_start = since_start();
  last_save_written_ = record->written();
  failed_saves_ = record->written() ? 0 : failed_saves_ + 1;
  guarded([&] {
    for (RenderObserver* observer : observers_) observer->on_checkpoint(*record);
  });
  if (failed_saves_ == kFailedSavesInARow) {
    fail({0, comm::kIoError,
          "three checkpoints in a row could not be written, the last one because of: " +
              record->error,
          current_});
  }
}

void Cascade::stop_on_request() {
  if (ended()) return;
  const bool idle_start = summary_.steps_done == 0;
  if (idle_start && saving_.idle_starts > 0) {
    fail({0, comm::kInternal,
          "two starts in a row were stopped before one step was done, so going on like this would "
          "never end. Give the job more time, or let it be asked to stop later.",
          current_});
    return;
  }
  summary_.exit_code = comm::kStopped;
  if (saving_.stop_reason) {
    summary_.stop_reason = saving_.stop_reason(requests_.stopping_rank().value_or(0));
  }
}

/// This rank is about to abort the job: what is known is told, what is queued is written.
void Cascade::tell_lost_peers(const std::exception& error) {
  fail({0, worker::failure_code(error), worker::failure_text(error), current_});
  if (!output_.picture_open()) output_.finish();
  output_.wait_until_written(kLastWrites);
  guarded([&] { deliver_pictures(); });
  if (saving_.checkpointer != nullptr && saving_.checkpointer->wait(kLastWrites)) {
    deliver_checkpoint();
  }
  finish_observers();
}

void Cascade::finish_observers() {
  summary_.seconds = since_start();
  for (RenderObserver* observer : observers_) {
    guarded([&] { observer->on_finished(summary_); });
  }
}

}  // namespace tessera::coordinator
