#include "coordinator/command_text.h"

namespace tessera::coordinator {

const char* name_of(worker::CommandKind kind) {
  using worker::CommandKind;
  switch (kind) {
    case CommandKind::BeginItem:
      return "BeginItem";
    case CommandKind::BeginStage:
      return "BeginStage";
    case CommandKind::Step:
      return "Step";
    case CommandKind::Checkpoint:
      return "Checkpoint";
    case CommandKind::EndStage:
      return "EndStage";
    case CommandKind::EndItem:
      return "EndItem";
    case CommandKind::Idle:
      return "Idle";
    case CommandKind::Stop:
      return "Stop";
  }
  return "unknown command";
}

std::string describe(const worker::Command& command) {
  return std::string(name_of(command.kind)) + " (serial " + std::to_string(command.serial) +
         ", item " + std::to_string(command.item) + ", stage " + std::to_string(command.stage) +
         ", step " + std::to_string(command.step) + ")";
}

}  // namespace tessera::coordinator
