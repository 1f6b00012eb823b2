#pragma once

#include <string>

#include "worker/command.h"

namespace tessera::coordinator {

/// "BeginItem", "Step", ...: the name of a command in messages and records.
const char* name_of(worker::CommandKind kind);

/// One line with every field that tells commands apart, for errors.
std::string describe(const worker::Command& command);

}  // namespace tessera::coordinator
