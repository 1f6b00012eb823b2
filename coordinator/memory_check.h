#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "coordinator/render_plan.h"

namespace tessera::coordinator {

/// A plan whose memory this host does not have (exit code 71). The message names the stage, both
/// amounts and the remedies.
class MemoryError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Compares the stage that needs most with the memory that is free for each rank of this host.
///
/// The weights are known; of the working set the forecast may be a third too much, since layers
/// that are computed in bands keep fewer maps. So a plan is refused when its weights and two thirds
/// of its working set do not fit, and allowed with a warning when the rest does not.
/// \param available_bytes  free on the host, for all its ranks. \param ranks_on_host  >= 1.
/// \returns the warning. \throws MemoryError.
std::optional<std::string> check_memory(const RenderPlan& plan, std::int64_t available_bytes,
                                        int ranks_on_host);

}  // namespace tessera::coordinator
