#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

#include "worker/command.h"
#include "worker/render_task.h"

namespace tessera::coordinator {

/// A command that may not follow the ones before it, or a serial number that is not the next one:
/// an internal error (exit code 70).
class ProtocolError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Where a run starts or stands: the next step of a stage of an item. A stage whose steps are all
/// done but whose picture is missing has step == steps of the stage.
struct CascadePosition {
  int item = 0;
  int stage = 0;
  int step = 0;

  bool operator==(const CascadePosition&) const = default;
};

/// The order of commands, as a pure state machine.
///
///   BeginItem (BeginStage Step* EndStage)+ EndItem   for every item to render, stages ascending,
///   Idle anywhere, Stop anywhere and last.
///
/// EndStage decodes the stage, delivers its picture and keeps the decoded strip; BeginStage of the
/// next stage starts from that strip. So EndStage of stage s always comes before BeginStage of
/// stage s + 1, and no stage is left without its picture.
/// Every rank holds one: rank 0 asks it for the next command, all ranks check what they receive.
class CascadeState {
 public:
  /// A run from its first item and stage.
  explicit CascadeState(const worker::RenderTask& task);
  /// A run continued at `start`: BeginItem and BeginStage of that position come first.
  /// \throws std::invalid_argument if the task has no such position, or leaves that item.
  CascadeState(const worker::RenderTask& task, CascadePosition start);

  /// The next working command with its serial number; nullopt when every item is done, or stopped.
  std::optional<worker::Command> next() const;
  worker::Command idle() const;
  worker::Command stop(int exit_code) const;

  /// Why `command` may not come now, or nullptr if it may.
  const char* objection(const worker::Command& command) const;
  /// Takes note that all ranks are told to execute `command`. The serial number is taken over even
  /// when the command is refused, so that a Stop can still follow.
  /// \throws ProtocolError with the command and the reason.
  void apply(const worker::Command& command);

  bool finished() const { return phase_ == Phase::Finished; }
  bool stopped() const { return phase_ == Phase::Stopped; }
  CascadePosition position() const { return position_; }

 private:
  enum class Phase { BetweenItems, BetweenStages, Stepping, StagesDone, Finished, Stopped };

  worker::Command numbered(worker::CommandKind kind) const;
  int item_count() const { return static_cast<int>(items_.size()); }
  int stage_count() const { return static_cast<int>(last_steps_.size()); }
  int first_step() const;
  bool is_left(int item) const;
  void begin_item_from(int item);
  void advance(const worker::Command& command);

  std::vector<worker::ItemWork> items_;
  std::vector<int> first_steps_;  ///< per stage
  std::vector<int> last_steps_;   ///< per stage, one past the last
  Phase phase_ = Phase::BetweenItems;
  CascadePosition position_;
  std::uint32_t last_serial_ = 0;
};

}  // namespace tessera::coordinator
