#include "launch/cpu_threads.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>

#include "launch/environment.h"

namespace tessera::launch {

int choose_cpu_threads(std::optional<int> asked, std::optional<int> omp_threads, int cores,
                       int ranks_on_host) {
  if (asked) return *asked;
  if (omp_threads) return *omp_threads;
  return std::max(1, cores / std::max(1, ranks_on_host));
}

CoreCount count_cores() {
  CoreCount count;
  count.of_host = std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
  count.usable = count.of_host;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) count.usable = std::max(1, CPU_COUNT(&set));
  return count;
}

int cpu_threads_of_this_rank(std::optional<int> asked) {
  const CoreCount cores = count_cores();
  // Bound to a part of the host: the part is this rank's own.
  const int sharing = cores.usable < cores.of_host ? 1 : ranks_on_host();
  return choose_cpu_threads(asked, omp_num_threads(), cores.usable, sharing);
}

}  // namespace tessera::launch
