#pragma once

#include <memory>

#include "comm/deadline_source.h"
#include "comm/watchdog.h"

namespace tessera::comm {

/// What all communicators of one rank share; split() hands it to the parts.
struct RankContext {
  std::shared_ptr<const DeadlineSource> deadline;  ///< never null
  std::shared_ptr<Watchdog> watchdog;              ///< null: nobody watches from outside
};

}  // namespace tessera::comm
