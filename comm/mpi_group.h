#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "comm/memory_span.h"
#include "comm/mpi_session.h"
#include "comm/operation.h"

namespace tessera::comm {

/// Owns one MPI communicator and runs sets of messages on it. One thread at a time; the session
/// outlives it. Once a run fails the group is broken: later runs throw, and the MPI communicator is
/// left to the end of the process, since freeing it needs all members.
class MpiGroup {
 public:
  /// A duplicate of MPI_COMM_WORLD whose errors are returned. Collective.
  /// \param message_bytes  longest single message, 1 .. 2^31 - 1; more bytes travel in pieces.
  /// \throws RankError if MPI reports an error.
  static MpiGroup of_job(MpiSession& session, std::size_t message_bytes);

  ~MpiGroup();
  MpiGroup(MpiGroup&&) noexcept;
  MpiGroup& operator=(MpiGroup&&) noexcept;

  int rank() const;
  int size() const;

  /// Adds a message to the next run. The bytes stay in place until that run ends.
  void send(int peer, ConstMemorySpan data);
  void receive(int peer, MemorySpan data);
  /// Posts all added messages, receives first, and returns when they are complete.
  /// \throws RankError that names the peer of the first open message when the deadline passes, or
  /// of a message whose length differs from what was expected, or of which MPI reports an error.
  void run(int tag, const Operation& operation);

  /// MPI_Comm_split; nothing for a negative color. All members call it within a short time: it
  /// blocks. \throws RankError if MPI reports an error.
  std::optional<MpiGroup> split(int color, int order, const Operation& operation);

 private:
  class State;
  explicit MpiGroup(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace tessera::comm
