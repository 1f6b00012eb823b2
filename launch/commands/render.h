#pragma once

#include "launch/command_line.h"
#include "launch/console.h"
#include "launch/rank_log.h"
#include "launch/rank_session.h"
#include "launch/signal_inbox.h"

namespace tessera::launch {

/// `tessera render`: from the sources to the pictures. All ranks.
/// \param log  gets its file when the run folder exists; stays with the caller, who may have to log
///             why the job is aborted.
/// \param inbox  of the process; signals that came before count.
/// \returns the exit code, the same on all ranks.
/// \throws StartupFailure, comm::RankError, worker::BrokenCollective.
int render(const CommandLine& line, RankSession& session, SignalInbox& inbox, RankLog& log,
           Console& console);

}  // namespace tessera::launch
