#pragma once

#include <cstdint>

namespace tessera::comm {

/// What one communicator moved since it was made. Communicators made by split() count separately.
struct TrafficCounters {
  /// Bytes this rank contributes to its peers: all_gather and broadcast (root) count their
  /// contribution once per peer, gather counts it once unless this rank is the root, exchange
  /// counts the sum of its sends.
  std::uint64_t bytes_sent = 0;
  std::uint64_t operations = 0;
  /// Wall time inside operations, transfer and waiting together.
  double wait_seconds = 0;

  /// Adds the counts of another communicator of the same rank.
  TrafficCounters& operator+=(const TrafficCounters& other) {
    bytes_sent += other.bytes_sent;
    operations += other.operations;
    wait_seconds += other.wait_seconds;
    return *this;
  }

  bool operator==(const TrafficCounters&) const = default;
};

}  // namespace tessera::comm
