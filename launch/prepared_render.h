#pragma once

#include <string>
#include <vector>

#include "configs/job_config_reader.h"
#include "coordinator/render_plan.h"
#include "launch/command_line.h"
#include "launch/console.h"
#include "launch/rank_session.h"
#include "launch/startup_exchange.h"
#include "worker/model_outline.h"

namespace tessera::launch {

/// A render that every rank has planned alike.
struct PreparedRender {
  configs::ResolvedConfig config;  ///< model.path is the folder that was found
  worker::ModelOutline model;
  coordinator::RenderPlan plan;
  std::vector<std::string> warnings;  ///< of the configuration and the plan
};

/// Reads the sources and the outline of the model on rank 0, plans on every rank and compares the
/// plans. All ranks. Writes nothing. \throws StartupFailure on all ranks; comm::RankError.
PreparedRender prepare_render(const CommandLine& line, RankSession& session,
                              StartupExchange& startup, Console& console);

}  // namespace tessera::launch
