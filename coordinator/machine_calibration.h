#pragma once

#include <vector>

#include "configs/machine_config.h"
#include "worker/kernel_rates.h"

namespace tessera::coordinator {

/// Where kernels were timed.
struct TimedHost {
  int cores = 1;             ///< that the ranks of this host share
  int threads_per_rank = 1;  ///< of the rank that timed its kernels
  std::int64_t memory_bytes = 0;
  configs::LinkRate link;  ///< between its ranks
};

/// The description of this machine of CPUs from what was timed on one rank: medians, per core, of
/// the smallest and the largest map of every kernel and width (docs/planning.md). The
/// network's rates are those of the host's link, as long as nobody measures better ones.
configs::MachineConfig calibrated_machine(const std::vector<worker::KernelTiming>& timings,
                                          const TimedHost& host);

}  // namespace tessera::coordinator
