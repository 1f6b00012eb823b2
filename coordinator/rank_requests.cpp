#include "coordinator/rank_requests.h"

namespace tessera::coordinator {

void RankRequests::add(std::span<const worker::Outcome> outcomes) {
  for (std::size_t rank = 0; rank < outcomes.size(); ++rank) {
    open_ |= outcomes[rank].requests;
    const bool stops = (outcomes[rank].requests & worker::kRequestStop) != 0;
    if (stops && !stopping_rank_) stopping_rank_ = static_cast<int>(rank);
  }
}

void RankRequests::follow_checkpoint() {
  open_ &= ~static_cast<std::uint32_t>(worker::kRequestCheckpoint);
}

}  // namespace tessera::coordinator
