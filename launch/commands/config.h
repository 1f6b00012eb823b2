#pragma once

#include "launch/command_line.h"
#include "launch/console.h"

namespace tessera::launch {

/// `tessera config show|validate|schema|presets`, on rank 0. Neither model nor device is touched.
/// \throws configs::ConfigError, storage errors.
void show_config(const CommandLine& line, Console& console);
void validate_config(const CommandLine& line, Console& console);
void print_schema(const CommandLine& line, Console& console);
void list_presets(const CommandLine& line, Console& console);

}  // namespace tessera::launch
