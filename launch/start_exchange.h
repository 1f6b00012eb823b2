#pragma once

#include <functional>

#include "coordinator/resume.h"
#include "launch/startup_exchange.h"

namespace tessera::launch {

/// Where the run begins, from rank 0 to every rank; the arrays of a checkpoint travel whole, since
/// each rank cuts its own rows by the layout of today. All ranks.
/// \param make  called on rank 0. \throws StartupFailure on all ranks.
coordinator::RunStart share_start(StartupExchange& startup,
                                  const std::function<coordinator::RunStart()>& make);

}  // namespace tessera::launch
