#pragma once

#include "launch/command_line.h"
#include "launch/console.h"

namespace tessera::launch {

/// `tessera plan`: what a render would take on a machine that need not be this one. Reads no
/// weights; without a model folder it plans for the published SDXL. On rank 0 alone.
/// \throws coordinator::MemoryError if one number of ranks is asked for and the job does not fit.
void plan(const CommandLine& line, Console& console);

}  // namespace tessera::launch
