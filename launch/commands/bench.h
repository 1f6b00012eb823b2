#pragma once

#include "launch/command_line.h"
#include "launch/console.h"
#include "launch/rank_session.h"

namespace tessera::launch {

/// `tessera bench`: times the layers, and a few steps of every stage of a job, on the ranks that it
/// is started on (docs/planning.md, "Measuring"). All ranks; rank 0 prints. Renders nothing.
/// \throws StartupFailure, comm::RankError, worker::BrokenCollective; storage errors of its files.
void bench(const CommandLine& line, RankSession& session, Console& console);

}  // namespace tessera::launch
