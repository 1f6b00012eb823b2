#include "comm/operation_arguments.h"

#include <stdexcept>
#include <string>

namespace tessera::comm {
namespace {

void check_peer(const char* direction, int peer, int rank, int size) {
  if (peer == rank) {
    throw std::invalid_argument(std::string("exchange: rank ") + std::to_string(rank) + " " +
                                direction + " itself; copy such bytes instead");
  }
  if (peer < 0 || peer >= size) {
    throw std::invalid_argument(std::string("exchange: rank ") + std::to_string(rank) + " " +
                                direction + " rank " + std::to_string(peer) + " in a group of " +
                                std::to_string(size));
  }
}

}  // namespace

void check_root(const char* operation, int root, int size) {
  if (root >= 0 && root < size) return;
  throw std::invalid_argument(std::string(operation) + ": root " + std::to_string(root) +
                              " in a group of " + std::to_string(size));
}

void check_all_gather(ConstMemorySpan mine, MemorySpan all, int size) {
  if (all.bytes == mine.bytes * static_cast<std::size_t>(size)) return;
  throw std::invalid_argument("all_gather: " + std::to_string(all.bytes) + " bytes of room for " +
                              std::to_string(size) + " ranks with " + std::to_string(mine.bytes) +
                              " bytes each");
}

void check_gather(ConstMemorySpan mine, std::span<const MemorySpan> all, int root, int rank,
                  int size) {
  check_root("gather", root, size);
  if (rank != root) return;
  if (all.size() != static_cast<std::size_t>(size)) {
    throw std::invalid_argument("gather: " + std::to_string(all.size()) +
                                " spans on the root of a group of " + std::to_string(size));
  }
  const std::size_t own = all[static_cast<std::size_t>(rank)].bytes;
  if (own != mine.bytes) {
    throw std::invalid_argument("gather: the root contributes " + std::to_string(mine.bytes) +
                                " bytes into its own span of " + std::to_string(own));
  }
}

void check_exchange(std::span<const Send> sends, std::span<const Receive> receives, int rank,
                    int size) {
  for (const Send& send : sends) check_peer("sends to", send.peer, rank, size);
  for (const Receive& receive : receives) check_peer("receives from", receive.peer, rank, size);
}

}  // namespace tessera::comm
