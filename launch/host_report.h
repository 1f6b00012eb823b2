#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "comm/communicator.h"
#include "launch/finding.h"

namespace tessera::launch {

/// What one rank says about its host. Fixed size: exchanged by one all_gather.
struct HostReport {
  std::array<char, 64> host{};     ///< its name, terminated
  std::int32_t usable_cores = 1;   ///< by the affinity of the rank
  std::int32_t threads = 1;        ///< that the rank would use
  std::int32_t bound = 0;          ///< 1: the launcher bound it to cores of its own
  std::int64_t memory_bytes = -1;  ///< available; -1: the system does not tell
  std::int64_t clock_ns = 0;       ///< since 1970, at about the same moment on all ranks
};

/// Of all ranks, by rank. Collective.
std::vector<HostReport> gather_host_reports(comm::Communicator& world);

/// Ranks per host, threads against cores, memory, and whether the clocks of the hosts agree.
std::vector<Finding> host_findings(const std::vector<HostReport>& reports);

}  // namespace tessera::launch
