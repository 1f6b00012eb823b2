#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launch/signal_inbox.h"

namespace tessera::launch {

/// Runs the program on this rank and returns its exit code, the same on all ranks. A rank that
/// cannot reach its peers any more does not return: it ends the job.
/// \param arguments  without the program's name.
/// \param inbox  filled by a render before it opens MPI, and alive until the process ends: a signal
///               that comes when the state is saved, while MPI closes, must not replace the exit
///               code.
int run_program(const std::vector<std::string>& arguments, std::optional<SignalInbox>& inbox);

}  // namespace tessera::launch
