#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tessera::launch {

/// Options of `tessera plan` that are no configuration keys.
struct PlanRequest {
  std::vector<int> ranks{1};  ///< rank counts to plan for, at least one, each >= 1
  int ranks_per_host = 0;     ///< 0: one per GPU, or all ranks on one host of CPUs
  std::string machine;        ///< name or file; "" for the description of this program's device
  std::optional<std::int64_t> device_memory;  ///< bytes, instead of the machine's
};

}  // namespace tessera::launch
