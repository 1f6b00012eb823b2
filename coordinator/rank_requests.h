#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "worker/outcome.h"

namespace tessera::coordinator {

/// What the ranks ask rank 0 for, and it has not followed yet. Not thread-safe.
class RankRequests {
 public:
  /// \param outcomes  of one command, by rank.
  void add(std::span<const worker::Outcome> outcomes);

  /// Bits of worker::Request, of all ranks.
  std::uint32_t open() const { return open_; }
  bool stop() const { return stopping_rank_.has_value(); }
  /// The rank that asked to stop first, of several at once the lowest.
  std::optional<int> stopping_rank() const { return stopping_rank_; }

  /// The same at the first call since it asked, so that it is told once; nullopt at later ones.
  std::optional<int> new_stopping_rank();

  /// The checkpoint that was asked for is taken; one that is asked for from here on is another.
  void follow_checkpoint();

 private:
  std::uint32_t open_ = worker::kRequestNothing;
  std::optional<int> stopping_rank_;
  bool told_ = false;
};

}  // namespace tessera::coordinator
