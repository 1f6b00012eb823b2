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

/// How an interrupted run goes on: with the unfinished item at its position, then with the other
/// items to render, ascending.
struct CascadeStart {
  CascadePosition position;
  /// Finished stages of that item, ascending, whose pictures are lost: each is begun at its end,
  /// so that EndStage makes its picture again, before the run comes to the position.
  std::vector<int> lost_stages;

  bool operator==(const CascadeStart&) const = default;
};

/// The order of commands, as a pure state machine.
///
///   BeginItem (BeginStage Step* EndStage)+ EndItem   for every item to render, stages ascending,
///   Checkpoint between BeginStage and EndStage, Idle anywhere, Stop anywhere and last.
///
/// EndStage decodes the stage, delivers its picture and keeps the decoded strip; BeginStage of the
/// next stage starts from that strip. So EndStage of stage s always comes before BeginStage of
/// stage s + 1, and no stage is left without its picture.
/// Every rank holds one: rank 0 asks it for the next command, all ranks check what they receive.
class CascadeState {
 public:
  /// A run from its first item and stage.
  explicit CascadeState(const worker::RenderTask& task);
  /// A run that goes on at `start`.
  /// \throws std::invalid_argument if the task has no such position, or leaves that item.
  CascadeState(const worker::RenderTask& task, const CascadeStart& start);

  /// The next working command with its serial number; nullopt when every item is done, or stopped.
  std::optional<worker::Command> next() const;
  worker::Command idle() const;
  /// Precondition: may_checkpoint().
  worker::Command checkpoint() const;
  worker::Command stop(int exit_code) const;

  /// Why `command` may not come now, or nullptr if it may.
  const char* objection(const worker::Command& command) const;
  /// Takes note that all ranks are told to execute `command`. The serial number is taken over even
  /// when the command is refused, so that a Stop can still follow.
  /// \throws ProtocolError with the command and the reason.
  void apply(const worker::Command& command);

  /// Between two steps of a stage, its begin and its end included.
  bool may_checkpoint() const { return phase_ == Phase::Stepping; }
  /// All steps of the stage are done, its picture is not decoded yet.
  bool at_stage_end() const;
  /// Nothing of the item is computed yet, or no item is begun: a run that stops here loses nothing.
  bool at_item_start() const;
  /// The item's stage before the next one is done, its picture delivered.
  bool between_stages() const { return phase_ == Phase::BetweenStages && leg_ > 0; }
  /// A lost picture is being made again; its stage is not where the run stands.
  bool on_detour() const { return phase_ == Phase::Stepping && leg_ < detours_; }
  bool finished() const { return phase_ == Phase::Finished; }
  bool stopped() const { return phase_ == Phase::Stopped; }
  CascadePosition position() const { return position_; }

 private:
  enum class Phase { BetweenItems, BetweenStages, Stepping, StagesDone, Finished, Stopped };

  /// A stage of an item and the step it begins with.
  struct Leg {
    int stage = 0;
    int step = 0;
  };

  worker::Command numbered(worker::CommandKind kind) const;
  worker::Command placed(worker::CommandKind kind) const;
  void add_leg(int stage, int step);
  void check_start(const CascadeStart& start) const;
  void begin_item();
  void end_stage();
  void advance(const worker::Command& command);

  std::vector<int> items_;        ///< to render, in their order
  std::vector<int> first_steps_;  ///< per stage
  std::vector<int> last_steps_;   ///< per stage, one past the last
  std::vector<Leg> route_;        ///< of the item
  std::size_t turn_ = 0;          ///< index into items_
  std::size_t leg_ = 0;           ///< index into route_
  std::size_t detours_ = 0;       ///< legs at the begin of route_ for lost pictures
  Phase phase_ = Phase::Finished;
  CascadePosition position_;
  std::uint32_t last_serial_ = 0;
};

}  // namespace tessera::coordinator
