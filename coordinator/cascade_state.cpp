#include "coordinator/cascade_state.h"

#include <algorithm>
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
    if (item.work == worker::ItemWork::Render) items_.push_back(item.index);
  }
  for (const worker::StagePlan& stage : task.stages) {
    first_steps_.push_back(stage.first_step);
    last_steps_.push_back(stage.steps);
  }
  if (last_steps_.empty()) {
    throw std::invalid_argument("a render task without stages");
  }
  begin_item();
}

CascadeState::CascadeState(const worker::RenderTask& task, const CascadeStart& start)
    : CascadeState(task) {
  check_start(start);
  const CascadePosition at = start.position;
  const auto place = std::find(items_.begin(), items_.end(), at.item);
  std::rotate(items_.begin(), place, place + 1);
  route_.clear();
  for (const int stage : start.lost_stages) {
    add_leg(stage, last_steps_[static_cast<std::size_t>(stage)]);
  }
  add_leg(at.stage, at.step);
  for (int stage = at.stage + 1; stage < static_cast<int>(last_steps_.size()); ++stage) {
    add_leg(stage, first_steps_[static_cast<std::size_t>(stage)]);
  }
  detours_ = start.lost_stages.size();
  position_ = {at.item, route_.front().stage, route_.front().step};
}

void CascadeState::add_leg(int stage, int step) { route_.push_back({stage, step}); }

void CascadeState::check_start(const CascadeStart& start) const {
  const CascadePosition at = start.position;
  const bool item = std::count(items_.begin(), items_.end(), at.item) > 0;
  const bool stage = at.stage >= 0 && at.stage < static_cast<int>(last_steps_.size());
  const auto index = static_cast<std::size_t>(stage ? at.stage : 0);
  const bool step = at.step >= first_steps_[index] && at.step <= last_steps_[index];
  const bool lost = std::is_sorted(start.lost_stages.begin(), start.lost_stages.end()) &&
                    std::all_of(start.lost_stages.begin(), start.lost_stages.end(),
                                [&](int other) { return other >= 0 && other < at.stage; });
  if (item && stage && step && lost) return;
  throw std::invalid_argument("the task has no item " + std::to_string(at.item) + ", stage " +
                              std::to_string(at.stage) + ", step " + std::to_string(at.step) +
                              " to go on from");
}

/// The next item from its first stage on, or the end.
void CascadeState::begin_item() {
  route_.clear();
  leg_ = 0;
  detours_ = 0;
  phase_ = Phase::Finished;
  if (turn_ == items_.size()) return;
  for (std::size_t stage = 0; stage < first_steps_.size(); ++stage) {
    add_leg(static_cast<int>(stage), first_steps_[stage]);
  }
  phase_ = Phase::BetweenItems;
  position_ = {items_[turn_], route_.front().stage, route_.front().step};
}

bool CascadeState::at_item_start() const {
  return phase_ == Phase::BetweenItems || (phase_ == Phase::BetweenStages && leg_ == 0);
}

bool CascadeState::at_stage_end() const {
  return phase_ == Phase::Stepping &&
         position_.step == last_steps_[static_cast<std::size_t>(position_.stage)];
}

Command CascadeState::numbered(CommandKind kind) const {
  return {.kind = kind, .serial = last_serial_ + 1};
}

Command CascadeState::placed(CommandKind kind) const {
  Command command = numbered(kind);
  command.item = position_.item;
  if (kind != CommandKind::BeginItem && kind != CommandKind::EndItem) {
    command.stage = position_.stage;
    command.step = position_.step;
  }
  return command;
}

Command CascadeState::idle() const { return numbered(CommandKind::Idle); }

Command CascadeState::checkpoint() const { return placed(CommandKind::Checkpoint); }

Command CascadeState::stop(int exit_code) const {
  Command command = numbered(CommandKind::Stop);
  command.argument = exit_code;
  return command;
}

std::optional<Command> CascadeState::next() const {
  switch (phase_) {
    case Phase::BetweenItems:
      return placed(CommandKind::BeginItem);
    case Phase::BetweenStages:
      return placed(CommandKind::BeginStage);
    case Phase::Stepping:
      return placed(at_stage_end() ? CommandKind::EndStage : CommandKind::Step);
    case Phase::StagesDone:
      return placed(CommandKind::EndItem);
    case Phase::Finished:
    case Phase::Stopped:
      break;
  }
  return std::nullopt;
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
  if (command.kind == CommandKind::Checkpoint) {
    if (!may_checkpoint()) return "there is no state between two steps";
    return same_place(command, checkpoint()) ? nullptr : "the run stands elsewhere";
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

void CascadeState::end_stage() {
  phase_ = Phase::StagesDone;
  if (++leg_ == route_.size()) return;
  position_.stage = route_[leg_].stage;
  position_.step = route_[leg_].step;
  phase_ = Phase::BetweenStages;
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
      end_stage();
      break;
    case CommandKind::EndItem:
      ++turn_;
      begin_item();
      break;
    case CommandKind::Checkpoint:
    case CommandKind::Idle:
      break;
    case CommandKind::Stop:
      phase_ = Phase::Stopped;
      break;
  }
}

}  // namespace tessera::coordinator
