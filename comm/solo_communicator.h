#pragma once

#include "comm/communicator.h"

namespace tessera::comm {

/// The group of one rank: no transport, no waiting. A transfer to any peer is an error. Thread
/// compatible: one thread at a time.
class SoloCommunicator final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void barrier() override;
  void broadcast(MemorySpan data, int root) override;
  void all_gather(ConstMemorySpan mine, MemorySpan all) override;
  void gather(ConstMemorySpan mine, std::span<const MemorySpan> all, int root) override;
  /// \throws std::invalid_argument unless both lists are empty.
  void exchange(std::span<const Send> sends, std::span<const Receive> receives) override;
  std::unique_ptr<Communicator> split(int color, int order) override;
  TrafficCounters traffic() const override { return traffic_; }

 private:
  TrafficCounters traffic_;
};

}  // namespace tessera::comm
