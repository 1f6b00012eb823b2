#include "launch/host_report.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>

#include "coordinator/bytes_of.h"
#include "launch/cpu_threads.h"
#include "launch/environment.h"
#include "launch/formatted_text.h"
#include "launch/host_memory.h"

namespace tessera::launch {
namespace {

constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;
constexpr double kClockTolerance = 1;  // seconds; file times and logs are compared by people

/// What the ranks of one host say together.
struct HostSummary {
  int ranks = 0;
  int threads = 0;
  int cores = 0;  ///< that they may use together
  std::int64_t memory_bytes = -1;
};

std::map<std::string, HostSummary> by_host(const std::vector<HostReport>& reports) {
  std::map<std::string, HostSummary> hosts;
  for (const HostReport& report : reports) {
    HostSummary& host = hosts[report.host.data()];
    ++host.ranks;
    host.threads += report.threads;
    const auto cores = static_cast<int>(report.usable_cores);
    host.cores = report.bound != 0 ? host.cores + cores : std::max(host.cores, cores);
    host.memory_bytes = std::max(host.memory_bytes, report.memory_bytes);
  }
  return hosts;
}

Finding host_finding(const std::string& name, const HostSummary& host) {
  const std::string memory =
      host.memory_bytes < 0
          ? "memory unknown"
          : formatted("%.1f GiB available", static_cast<double>(host.memory_bytes) / kGibibyte);
  const std::string text =
      formatted("host %s: %d ranks, %d threads on %d usable cores, %s", name.c_str(), host.ranks,
                host.threads, host.cores, memory.c_str());
  if (host.threads > host.cores) {
    return {Finding::Level::Warn,
            text + ": they take turns. Start fewer ranks here, or set distributed.cpu_threads."};
  }
  return {Finding::Level::Ok, text};
}

Finding clock_finding(const std::vector<HostReport>& reports) {
  const auto [first, last] = std::minmax_element(
      reports.begin(), reports.end(),
      [](const HostReport& a, const HostReport& b) { return a.clock_ns < b.clock_ns; });
  const double apart = static_cast<double>(last->clock_ns - first->clock_ns) * 1e-9;
  const std::string text = formatted("clocks of all ranks within %.3f s", apart);
  if (apart <= kClockTolerance) return {Finding::Level::Ok, text};
  return {Finding::Level::Warn, text + std::string(" (") + first->host.data() + " and " +
                                    last->host.data() +
                                    "): file times and logs will not fit together. Synchronise "
                                    "them, as with chrony."};
}

}  // namespace

std::vector<HostReport> gather_host_reports(comm::Communicator& world) {
  HostReport mine;
  gethostname(mine.host.data(), mine.host.size() - 1);
  mine.usable_cores = usable_cores();
  mine.bound = is_bound_to_cores() ? 1 : 0;
  mine.threads = cpu_threads_of_this_rank(std::nullopt);
  mine.memory_bytes = available_memory().value_or(-1);
  std::vector<HostReport> reports(static_cast<std::size_t>(world.size()));
  world.all_gather(coordinator::bytes_of(mine), coordinator::writable_bytes_of(reports));
  // Once more, now that all are here: so the clocks are read at about the same moment.
  mine.clock_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                      std::chrono::system_clock::now().time_since_epoch())
                      .count();
  world.all_gather(coordinator::bytes_of(mine), coordinator::writable_bytes_of(reports));
  return reports;
}

std::vector<Finding> host_findings(const std::vector<HostReport>& reports) {
  std::vector<Finding> findings;
  for (const auto& [name, host] : by_host(reports)) findings.push_back(host_finding(name, host));
  if (reports.size() > 1) findings.push_back(clock_finding(reports));
  return findings;
}

}  // namespace tessera::launch
