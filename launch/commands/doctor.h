#pragma once

#include "launch/command_line.h"
#include "launch/console.h"
#include "launch/rank_session.h"

namespace tessera::launch {

/// `tessera doctor`: whether a render would work where and as it is started: versions, hosts,
/// memory, links, storage, Slurm. All ranks; rank 0 prints.
/// \returns 69 if something would fail, else 0. \throws comm::RankError.
int doctor(const CommandLine& line, RankSession& session, Console& console);

}  // namespace tessera::launch
