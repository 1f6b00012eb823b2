#pragma once

#include <chrono>
#include <cstdint>

namespace tessera::testing::nccl_shim {

/// What goes wrong inside the substitute NCCL. Ranks are those of the first communicator of a job;
/// -1: none.
struct Faults {
  std::chrono::microseconds stream_lag{0};  ///< every task of every stream begins this late
  int lost_rank = -1;                       ///< its operations never reach its peers
  int delayed_rank = -1;                    ///< its operations reach them late
  std::chrono::milliseconds delay{0};
  int failing_rank = -1;  ///< an error outside of any call, with the operation of this number
  std::uint64_t fails_at = 0;
  int in_progress_polls = 0;  ///< every call is in progress for so many polls
  int short_rank = -1;        ///< gives one byte less than it was asked to
  int swapped_rank = -1;      ///< issues each group in reverse order
};

/// The faults in force while it lives, for all threads. One at a time.
class InjectedFaults {
 public:
  explicit InjectedFaults(const Faults& faults);
  ~InjectedFaults();
  InjectedFaults(const InjectedFaults&) = delete;
  InjectedFaults& operator=(const InjectedFaults&) = delete;
};

Faults current_faults();

}  // namespace tessera::testing::nccl_shim
