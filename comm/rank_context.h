#pragma once

#include <memory>

#include "comm/deadline_source.h"
#include "comm/job_ranks.h"
#include "comm/watchdog.h"

namespace tessera::comm {

/// What all communicators of one rank share; split() hands it to the parts, with their job ranks.
struct RankContext {
  std::shared_ptr<const DeadlineSource> deadline;  ///< never null
  std::shared_ptr<Watchdog> watchdog;              ///< null: nobody watches from outside
  JobRanks job_ranks = {};                         ///< whom the members of the group are
};

}  // namespace tessera::comm
