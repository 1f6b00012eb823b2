#pragma once

#include <optional>
#include <string>

#include "coordinator/cascade_state.h"
#include "tests/coordinator/sample_task.h"

namespace tessera::coordinator {

/// A command as a short word, e.g. "B0.1@2": BeginStage of item 0, stage 1 at step 2.
inline std::string letter(const worker::Command& c) {
  const std::string place = std::to_string(c.item) + "." + std::to_string(c.stage);
  switch (c.kind) {
    case worker::CommandKind::BeginItem:
      return std::string("I") + std::to_string(c.item);
    case worker::CommandKind::BeginStage:
      return std::string("B") + place + "@" + std::to_string(c.step);
    case worker::CommandKind::Step:
      return std::string("s") + std::to_string(c.step);
    case worker::CommandKind::EndStage:
      return std::string("E") + place;
    case worker::CommandKind::EndItem:
      return std::string("D") + std::to_string(c.item);
    default:
      return "?";
  }
}

/// The words of all commands from here on.
inline std::string run_to_end(CascadeState state) {
  std::string text;
  while (const std::optional<worker::Command> command = state.next()) {
    if (!text.empty()) text += ' ';
    text += letter(*command);
    state.apply(*command);
  }
  return text;
}

/// The task that the exhaustive tests walk through: a stage without steps in the middle, two items.
inline worker::RenderTask walked_task() { return sample_task({{0, 3}, {2, 2}, {1, 3}}, 2); }

}  // namespace tessera::coordinator
