#pragma once

#include <mutex>

namespace tessera::comm {

/// Opens MPI for this process and closes it. One per process; made before any communicator over MPI
/// and destroyed after the last of them.
///
/// MPI runs at MPI_THREAD_SERIALIZED: every call of the project is made with `transport_lock()`
/// held, so the watchdog's abort is the only other thread that may call MPI.
class MpiSession {
 public:
  /// MPI_Init_thread. All ranks. \throws RankError if MPI cannot be opened at that thread level.
  MpiSession();
  /// close(), unless it was called or an exception is in flight: then the peers may never reach
  /// MPI_Finalize, and the process is to end by try_abort().
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

  /// MPI_Finalize. All ranks; waits for them without a deadline of its own. Nothing but leaving the
  /// process may follow. \throws RankError if MPI reports an error.
  void close();

  int rank() const { return rank_; }
  int size() const { return size_; }
  /// Among the ranks of this host, in their order.
  int local_rank() const { return local_rank_; }
  std::mutex& transport_lock() { return transport_lock_; }

  /// MPI_Abort(exit_code) on all ranks, 0 <= exit_code < 256. Any thread. Returns false at once if
  /// another thread is inside MPI; returns true only if MPI_Abort came back.
  bool try_abort(int exit_code);

 private:
  std::mutex transport_lock_;
  int exceptions_at_start_;
  int rank_ = 0;
  int size_ = 1;
  int local_rank_ = 0;
  bool closed_ = false;
};

}  // namespace tessera::comm
