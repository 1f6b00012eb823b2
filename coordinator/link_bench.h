#pragma once

#include "comm/communicator.h"
#include "configs/machine_config.h"

namespace tessera::coordinator {

/// What one rank sends to the others takes, from all-gathers of two sizes: seconds = latency +
/// bytes / rate, with bytes counted once per peer. All ranks; with one rank a link that costs
/// nothing.
/// \param repeats  of each size; the median counts, of the slowest rank.
configs::LinkRate measure_link(comm::Communicator& world, int repeats);

}  // namespace tessera::coordinator
