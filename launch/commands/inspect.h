#pragma once

#include "launch/command_line.h"
#include "launch/console.h"

namespace tessera::launch {

/// `tessera inspect PATH...`, on rank 0: checkpoints, run directories, pictures, safetensors
/// files, torch checkpoints and model folders, told apart by their content. Neither weights nor
/// pixels are read without
/// --verify. Goes through all paths; errors of the others are shown before the first is thrown.
/// \throws storage::MissingFileError, DataError for anything else, IoError.
void inspect(const CommandLine& line, Console& console);

}  // namespace tessera::launch
