#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "comm/communicator.h"
#include "comm/rank_context.h"

namespace tessera::comm {

/// Makes a group of `size` ranks inside this process, one thread per rank; element r belongs to
/// rank r and is used from that rank's thread alone.
///
/// Bytes are copied straight from buffer to buffer. Every operation compares what its members
/// asked for (operation, root, byte counts): a difference throws RankError on all of them. A rank
/// whose communicator is destroyed has left: peers that wait for it, or call it later, fail at
/// once with RankError naming it. A missed deadline breaks the group for all members.
/// \param size      >= 1.
/// \param deadline  > 0, per operation.
std::vector<std::unique_ptr<Communicator>> make_thread_ranks(int size,
                                                             std::chrono::nanoseconds deadline);

/// The same with a deadline that its owner can change, and an optional watchdog.
std::vector<std::unique_ptr<Communicator>> make_thread_ranks(int size, const RankContext& context);

}  // namespace tessera::comm
