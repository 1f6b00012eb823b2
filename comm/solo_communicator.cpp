#include "comm/solo_communicator.h"

#include "comm/copy_bytes.h"
#include "comm/operation_arguments.h"

namespace tessera::comm {

void SoloCommunicator::barrier() { ++traffic_.operations; }

void SoloCommunicator::broadcast(MemorySpan /*data*/, int root) {
  check_root("broadcast", root, 1);
  ++traffic_.operations;
}

void SoloCommunicator::all_gather(ConstMemorySpan mine, MemorySpan all) {
  check_all_gather(mine, all, 1);
  copy_bytes(mine, all.data);
  ++traffic_.operations;
}

void SoloCommunicator::gather(ConstMemorySpan mine, std::span<const MemorySpan> all, int root) {
  check_gather(mine, all, root, 0, 1);
  copy_bytes(mine, all[0].data);
  ++traffic_.operations;
}

void SoloCommunicator::exchange(std::span<const Send> sends, std::span<const Receive> receives) {
  check_exchange(sends, receives, 0, 1);
  ++traffic_.operations;
}

std::unique_ptr<Communicator> SoloCommunicator::split(int color, int /*order*/) {
  ++traffic_.operations;
  if (color < 0) return nullptr;
  return std::make_unique<SoloCommunicator>();
}

}  // namespace tessera::comm
