#include "coordinator/rank_requests.h"

#include <utility>

namespace tessera::coordinator {

void RankRequests::add(std::span<const worker::Outcome> outcomes) {
  for (std::size_t rank = 0; rank < outcomes.size(); ++rank) {
    open_ |= outcomes[rank].requests;
    const bool stops = (outcomes[rank].requests & worker::kRequestStop) != 0;
    if (stops && !stopping_rank_) stopping_rank_ = static_cast<int>(rank);
  }
}

std::optional<int> RankRequests::new_stopping_rank() {
  if (!stop() || std::exchange(told_, true)) return std::nullopt;
  return stopping_rank_;
}

void RankRequests::follow_checkpoint() {
  open_ &= ~static_cast<std::uint32_t>(worker::kRequestCheckpoint);
}

}  // namespace tessera::coordinator
