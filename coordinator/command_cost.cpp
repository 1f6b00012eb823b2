#include "coordinator/command_cost.h"

#include <algorithm>

namespace tessera::coordinator {
namespace {

/// A command that is about to be refused may name a stage that does not exist.
bool known_stage(const RenderPlan& plan, const worker::Command& command) {
  return command.stage >= 0 && command.stage < static_cast<int>(plan.forecast.size());
}

}  // namespace

double command_flop(const RenderPlan& plan, const worker::Command& command) {
  if (!known_stage(plan, command)) {
    return 0;
  }
  const StageForecast& stage = plan.forecast[static_cast<std::size_t>(command.stage)];
  switch (command.kind) {
    case worker::CommandKind::BeginStage:
      return stage.transition_flop;
    case worker::CommandKind::Step:
      return stage.step_flop;
    case worker::CommandKind::EndStage:
      return stage.decode_flop;
    default:
      return 0;
  }
}

int working_ranks(const RenderPlan& plan, const worker::Command& command) {
  if (!known_stage(plan, command)) {
    return 1;
  }
  const auto stage = static_cast<std::size_t>(command.stage);
  return std::max(1, plan.task.grid.halves * plan.task.stages[stage].strip_count);
}

}  // namespace tessera::coordinator
