#pragma once

#include "launch/console.h"
#include "launch/prepared_render.h"
#include "launch/rank_log.h"
#include "launch/run_outputs.h"
#include "launch/startup_exchange.h"

namespace tessera::launch {

/// Marks the items, of those that are selected, whose pictures rank 0 found complete
/// (`output.on_exists: skip`) as left, on every rank alike, and tells the user which. All ranks.
/// \param outputs  of rank 0, null elsewhere. \returns the number of items that are left to render.
/// \throws StartupFailure; comm::RankError.
int leave_complete_items(const RunOutputs* outputs, PreparedRender& render,
                         StartupExchange& startup, const RankLog& log, Console& console);

}  // namespace tessera::launch
