#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "comm/memory_span.h"
#include "comm/traffic_counters.h"

namespace tessera::comm {

/// Bytes for `peer`. Several sends to one peer arrive in order.
struct Send {
  int peer = 0;
  ConstMemorySpan data;
};

/// Bytes from `peer`; the size must match what the peer sends.
struct Receive {
  int peer = 0;
  MemorySpan data;
};

/// A group of ranks that move bytes. No reductions: sums are gathered and merged locally in rank
/// order, so no backend can change a picture.
///
/// Every member calls the same operations in the same order, from one thread. Host backends are
/// complete on return; NCCL is ordered on the stream given at construction. A deadline given at
/// construction bounds every operation; a missed one throws RankError{operation, peer, seconds}.
class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  virtual void barrier() = 0;
  virtual void broadcast(MemorySpan data, int root) = 0;
  /// Contributions of equal size, in rank order; all.bytes == size() * mine.bytes.
  virtual void all_gather(ConstMemorySpan mine, MemorySpan all) = 0;
  /// Contributions of any size; `all` has size() entries on `root` and is ignored elsewhere.
  virtual void gather(ConstMemorySpan mine, std::span<const MemorySpan> all, int root) = 0;
  /// One group of point-to-point transfers between any peers. No transfer to itself.
  virtual void exchange(std::span<const Send> sends, std::span<const Receive> receives) = 0;
  /// Collective. Members with equal `color` form a group, ordered by `order`, then rank; color < 0
  /// joins none and gets nullptr.
  virtual std::unique_ptr<Communicator> split(int color, int order) = 0;
  /// What this communicator moved so far. From the thread that uses it.
  virtual TrafficCounters traffic() const = 0;
};

}  // namespace tessera::comm
