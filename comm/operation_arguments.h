#pragma once

#include <span>

#include "comm/communicator.h"

namespace tessera::comm {

/// Checks of what one rank can see by itself, the same for every backend. Each throws
/// std::invalid_argument that names the operation and the values. Any thread.

/// 0 <= root < size.
void check_root(const char* operation, int root, int size);
/// all.bytes == size * mine.bytes.
void check_all_gather(ConstMemorySpan mine, MemorySpan all, int size);
/// On the root: one span per rank, its own as long as `mine`.
void check_gather(ConstMemorySpan mine, std::span<const MemorySpan> all, int root, int rank,
                  int size);
/// Every peer is another rank of the group.
void check_exchange(std::span<const Send> sends, std::span<const Receive> receives, int rank,
                    int size);

}  // namespace tessera::comm
