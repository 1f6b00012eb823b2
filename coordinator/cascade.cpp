#include "coordinator/cascade.h"

#include <exception>
#include <functional>
#include <string>
#include <utility>

#include "worker/failure_code.h"

namespace tessera::coordinator {
namespace {

using worker::Command;
using worker::CommandKind;

constexpr int kInternalError = 70;

}  // namespace

Cascade::Cascade(const RenderPlan& plan, CommandExchange& exchange, OutputWriter& output,
                 std::vector<RenderObserver*> observers, std::chrono::milliseconds idle_period)
    : plan_(plan),
      exchange_(exchange),
      output_(output),
      observers_(std::move(observers)),
      idle_period_(idle_period),
      progress_(plan) {}

int Cascade::run() {
  start_ = Clock::now();
  run_commands();
  drain();
  finish_observers();
  const Exchange stop = exchange_.issue(exchange_.state().stop(summary_.exit_code));
  return exit_code_of_stop(stop);
}

void Cascade::run_commands() {
  while (!failed()) {
    const std::optional<Command> next = exchange_.state().next();
    if (!next) {
      return;
    }
    current_ = *next;
    guarded([&] { announce(*next); });
    if (next->kind == CommandKind::EndStage) {
      wait_for_room();
    }
    if (failed()) {
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
    for (RenderObserver* observer : observers_) {
      observer->on_command_end(record);
    }
  });
  if (!done.verdict.ok()) {
    fail({done.verdict.rank, done.verdict.exit_code, done.verdict.message, command});
  } else if (command.kind == CommandKind::EndItem) {
    ++summary_.items_done;
  }
}

void Cascade::idle() {
  const Exchange done = exchange_.issue(exchange_.state().idle());
  if (!done.verdict.ok()) {
    fail({done.verdict.rank, done.verdict.exit_code, done.verdict.message, done.command});
  }
}

void Cascade::wait_for_room() {
  while (!failed() && !output_.wait_for_room(idle_period_)) {
    idle();
  }
}

/// Completes the pictures whose rows are all there, also after a failure.
void Cascade::drain() {
  if (!output_.picture_open()) {
    output_.finish();
  }
  while (!output_.wait_until_written(idle_period_)) {
    idle();
  }
  guarded([&] { deliver_pictures(); });
  check_output();
}

void Cascade::deliver_pictures() {
  for (FrameRecord& frame : output_.take_written()) {
    frame.since_start = since_start();
    summary_.frames.push_back(frame);
    for (RenderObserver* observer : observers_) {
      observer->on_frame_written(frame);
    }
  }
}

void Cascade::check_output() {
  if (failed()) {
    return;
  }
  if (const std::exception_ptr error = output_.failure()) {
    guarded([&] { std::rethrow_exception(error); });
  } else if (current_.kind == CommandKind::EndStage && output_.picture_open()) {
    fail({0, kInternalError, "the picture of a stage ended before its last row", current_});
  }
}

/// The first failure counts; its observers may fail in turn, which changes nothing any more.
void Cascade::fail(FailureRecord failure) {
  if (failed()) {
    return;
  }
  summary_.exit_code = failure.exit_code;
  for (RenderObserver* observer : observers_) {
    try {
      observer->on_failure(failure);
    } catch (const std::exception&) {
      continue;
    }
  }
}

void Cascade::finish_observers() {
  summary_.seconds = since_start();
  for (RenderObserver* observer : observers_) {
    guarded([&] { observer->on_finished(summary_); });
  }
}

double Cascade::since_start() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

}  // namespace tessera::coordinator
