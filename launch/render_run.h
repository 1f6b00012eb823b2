#pragma once

#include "coordinator/resume.h"
#include "launch/console.h"
#include "launch/prepared_render.h"
#include "launch/rank_log.h"
#include "launch/rank_session.h"
#include "launch/run_outputs.h"
#include "launch/startup_exchange.h"
#include "launch/stop_requests.h"

namespace tessera::launch {

/// What is rendered, from where on, and who may stop it.
struct RenderJob {
  const PreparedRender& render;
  const coordinator::RunStart& start;
  StopRequests& requests;
};

/// Composes worker, exchange and, on rank 0, the cascade with its observers; loads the model and
/// renders. All ranks.
/// \param outputs  of rank 0, null elsewhere.
/// \returns the exit code, the same on all ranks; errors have been shown.
/// \throws StartupFailure if the model cannot be loaded or rank 0 cannot create its files;
/// comm::RankError or
///         worker::BrokenCollective if this rank cannot reach its peers any more.
int run_render(const RenderJob& job, RunOutputs* outputs, RankSession& session,
               StartupExchange& startup, const RankLog& log, Console& console);

}  // namespace tessera::launch
