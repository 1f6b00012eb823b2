#pragma once

#include "launch/command_line.h"
#include "launch/console.h"

namespace tessera::launch {

/// `tessera convert SOURCE FOLDER`, on rank 0. Prints the file of the weights.
/// \throws configs::ConfigError for a YAML or JSON that cannot be read; as
/// worker::convert_model().
void convert(const CommandLine& line, Console& console);

}  // namespace tessera::launch
