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

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
}

int cpu_threads_of_this_rank(std::optional<int> asked) {
  const int sharing = is_bound_to_cores() ? 1 : ranks_on_host();
  return choose_cpu_threads(asked, omp_num_threads(), usable_cores(), sharing);
}

}  // namespace tessera::launch
