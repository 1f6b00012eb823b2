#pragma once

#include <memory>

#include "comm/communicator.h"
#include "comm/rank_context.h"

struct CUstream_st;  // cudaStream_t is a pointer to it

namespace tessera::comm {

/// Where one rank computes.
struct DeviceStream {
  int device = 0;                  ///< index of the device within this process
  CUstream_st* compute = nullptr;  ///< stream of the rank's kernels
};

/// The ranks of `control` over NCCL, for bytes in device memory. Collective over `control`, which
/// only carries NCCL's unique id and is not kept.
///
/// Every operation is ordered on `stream.compute`: it waits for the work given to that stream
/// before it and holds back the work given later, while the bytes move on one of two streams of
/// NCCL's own, one for collectives and one for exchange and gather. Calls return at once, except
/// for barrier and split, which return when all operations of this rank have ended.
///
/// NCCL's communicators are non-blocking: whatever it has in progress is polled until the deadline.
/// A missed deadline or an error of NCCL, of a rank or of the device throws RankError with NCCL's
/// own words, from the operation itself or from a later one, and aborts all communicators of the
/// rank; after that every operation throws. barrier() is therefore the place where a result is
/// known to be good.
///
/// Steps and bytes per rank, n members: broadcast, all_gather as NCCL moves them; gather and
/// exchange one group of point-to-point transfers; barrier an all_gather of one byte.
/// \throws RankError
std::unique_ptr<Communicator> make_nccl_ranks(Communicator& control, const DeviceStream& stream,
                                              const RankContext& context);

}  // namespace tessera::comm
