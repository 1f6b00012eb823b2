#include "coordinator/cascade_state.h"

#include <string>

#include "coordinator/command_text.h"

namespace tessera::coordinator {
namespace {

using worker::Command;
using worker::CommandKind;

bool same_place(const Command& a, const Command& b) {
  return a.item == b.item && a.stage == b.stage && a.step == b.step;
}

}  // namespace

CascadeState::CascadeState(const worker::RenderTask& task) {
  for (const worker::ItemTask& item : task.items) {
    items_.push_back(item.work);
  }
  for (const worker::StagePlan& stage : task.stages) {
    first_steps_.push_back(stage.first_step);
    last_steps_.push_back(stage.steps);
  }
  if (last_steps_.empty()) {
    throw std::invalid_argument("a render task without stages");
  }
  begin_item_from(0);
}

CascadeState::CascadeState(const worker::RenderTask& task, CascadePosition start)
    : CascadeState(task) {
  const bool known = start.item >= 0 && start.item < item_count() && start.stage >= 0 &&
                     start.stage < stage_count();
  const auto stage = static_cast<std::size_t>(start.stage);
  if (!known || is_left(start.item) || start.step < first_steps_[stage] ||
      start.step > last_steps_[stage]) {
    throw std::invalid_argument("the task has no item " + std::to_string(start.item) + ", stage " +
                                std::to_string(start.stage) + ", step " +
                                std::to_string(start.step));
  }
  position_ = start;
}

bool CascadeState::is_left(int item) const {
  return items_[static_cast<std::size_t>(item)] == worker::ItemWork::Leave;
}

/// Goes to the first item from `item` on that is to be rendered, or to the end.
void CascadeState::begin_item_from(int item) {
  while (item < item_count() && is_left(item)) {
    ++item;
  }
  phase_ = Phase::Finished;
  if (item < item_count()) {
    phase_ = Phase::BetweenItems;
    position_ = {item, 0, 0};
    position_.step = first_step();
  }
}

int CascadeState::first_step() const {
  return first_steps_[static_cast<std::size_t>(position_.stage)];
}

Command CascadeState::numbered(CommandKind kind) const {
  return {.kind = kind, .serial = last_serial_ + 1};
}

Command CascadeState::idle() const { return numbered(CommandKind::Idle); }

Command CascadeState::stop(int exit_code) const {
  Command command = numbered(CommandKind::Stop);
  command.argument = exit_code;
  return command;
}

std::optional<Command> CascadeState::next() const {
  Command command;
  switch (phase_) {
    case Phase::BetweenItems:
      command = numbered(CommandKind::BeginItem);
      break;
    case Phase::BetweenStages:
      command = numbered(CommandKind::BeginStage);
      break;
    case Phase::Stepping: {
      const bool done = position_.step == last_steps_[static_cast<std::size_t>(position_.stage)];
      command = numbered(done ? CommandKind::EndStage : CommandKind::Step);
      break;
    }
    case Phase::StagesDone:
      command = numbered(CommandKind::EndItem);
      break;
    case Phase::Finished:
    case Phase::Stopped:
      return std::nullopt;
  }
  command.item = position_.item;
  if (command.kind != CommandKind::BeginItem && command.kind != CommandKind::EndItem) {
    command.stage = position_.stage;
    command.step = position_.step;
  }
  return command;
}

const char* CascadeState::objection(const Command& command) const {
  if (phase_ == Phase::Stopped) {
    return "nothing may follow Stop";
  }
  if (command.serial != last_serial_ + 1) {
    return "its serial number is not the next one";
  }
  if (command.kind == CommandKind::Idle || command.kind == CommandKind::Stop) {
    return nullptr;
  }
  const std::optional<Command> expected = next();
  if (!expected) {
    return "every item is done";
  }
  if (command.kind != expected->kind) {
    return "another command is due";
  }
  return same_place(command, *expected) ? nullptr : "another item, stage or step is due";
}

void CascadeState::apply(const Command& command) {
  const char* reason = objection(command);
  last_serial_ = command.serial;
  if (reason != nullptr) {
    const std::optional<Command> due = next();
    throw ProtocolError("command out of order: " + describe(command) + ": " + reason +
                        (due ? "; due is " + describe(*due) : std::string()));
  }
  advance(command);
}

void CascadeState::advance(const Command& command) {
  switch (command.kind) {
    case CommandKind::BeginItem:
      phase_ = Phase::BetweenStages;
      break;
    case CommandKind::BeginStage:
      phase_ = Phase::Stepping;
      break;
    case CommandKind::Step:
      ++position_.step;
      break;
    case CommandKind::EndStage:
      if (position_.stage + 1 == stage_count()) {
        phase_ = Phase::StagesDone;
      } else {
        ++position_.stage;
        position_.step = first_step();
        phase_ = Phase::BetweenStages;
      }
      break;
    case CommandKind::EndItem:
      begin_item_from(position_.item + 1);
      break;
    case CommandKind::Idle:
      break;
    case CommandKind::Stop:
      phase_ = Phase::Stopped;
      break;
  }
}

}  // namespace tessera::coordinator
