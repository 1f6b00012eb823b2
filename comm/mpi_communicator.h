#pragma once

#include <cstddef>
#include <memory>

#include "comm/communicator.h"
#include "comm/mpi_session.h"
#include "comm/rank_context.h"

namespace tessera::comm {

struct MpiOptions {
  /// Longest message given to MPI; more bytes travel in pieces. Each piece that arrives counts as
  /// progress and keeps the polling quick: where MPI copies through 32 KiB fragments, because the
  /// kernel forbids copies between processes, 256 KiB pieces move 32 MiB five times as fast as one
  /// message does, and elsewhere they cost nothing that was measured.
  std::size_t message_bytes = std::size_t{256} << 10;
};

/// All ranks of the job over MPI, host memory, on a duplicate of MPI_COMM_WORLD. Collective. The
/// session outlives the communicator and all that are split from it.
///
/// Every operation is a set of non-blocking point-to-point messages, polled until the deadline, so
/// a missed deadline names the silent peer and differing byte counts are seen. Steps and messages
/// per rank: barrier, all_gather 1 step, size - 1 messages; broadcast, gather 1 step, size - 1
/// messages on the root, 1 elsewhere; exchange 1 step, one message per transfer. split adds an
/// all_gather of 8 bytes before MPI_Comm_split. After a RankError the group is broken: every later
/// operation throws, and the job is to be aborted.
/// \throws RankError if MPI reports an error.
std::unique_ptr<Communicator> make_mpi_world(MpiSession& session, const RankContext& context,
                                             const MpiOptions& options = {});

}  // namespace tessera::comm
