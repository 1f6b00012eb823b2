#pragma once

#include <optional>

namespace tessera::launch {

/// Threads of one rank: as asked, else OMP_NUM_THREADS, else the cores that this process may use
/// divided by the ranks on the host; at least 1.
int choose_cpu_threads(std::optional<int> asked, std::optional<int> omp_threads, int cores,
                       int ranks_on_host);

/// Cores that this process may run on, by its affinity.
int usable_cores();

/// The choice for this process. A launcher that binds each rank to cores of its own leaves it
/// those: they are not divided again.
int cpu_threads_of_this_rank(std::optional<int> asked);

}  // namespace tessera::launch
