#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "comm/nccl_communicator.h"
#include "comm/nccl_handle.h"
#include "comm/operation.h"

namespace tessera::comm {

/// What the NCCL communicators of one rank share: the device, NCCL's streams and the operations
/// that the device has not completed yet. Used from the rank's main thread.
///
/// An operation is begin(), NCCL calls on the stream that it names, end(). Its record and deadline
/// stay open until the device has completed it, which later operations and settle() notice.
class NcclLink {
 public:
  enum class Lane { Collective, PointToPoint };
  /// Operations ahead of the device: fewer than the watchdog keeps in mind.
  static constexpr std::size_t kMostInFlight = Watchdog::kHistory - 4;

  /// One operation. The caller lists in `peers` the ranks that it needs; none: the whole group.
  struct Work {
    std::optional<Operation> operation;
    NcclHandle* comm = nullptr;
    cudaStream_t stream = nullptr;
    std::vector<int> peers;
    CudaEvent ready, first, last;  ///< compute has come here; the bytes begin to move; have moved
  };

  NcclLink(const DeviceStream& stream, const RankContext& context);
  ~NcclLink();
  NcclLink(const NcclLink&) = delete;
  NcclLink& operator=(const NcclLink&) = delete;

  const RankContext& context() const { return context_; }
  bool broken() const { return !failure_.empty(); }
  std::byte* barrier_bytes(std::size_t count);  ///< device memory that is kept

  Work& begin(const char* name, int peer, NcclHandle& comm, Lane lane, TrafficCounters& traffic);
  /// \param result  of the NCCL call, or of the group of calls.
  void end(Work& work, ncclResult_t result);
  /// Returns when the device has completed every operation.
  void settle();

  /// Polls a communicator that is being made, or has a call in progress, until it is usable.
  void await(NcclHandle& comm, ncclResult_t result, const Operation& operation);
  /// \throws RankError if the link is broken.
  void refuse_if_broken(const Operation& operation) const;
  /// Breaks the link: aborts all communicators. \throws RankError, now and from every later call.
  [[noreturn]] void fail(const Operation& operation, int peer, const std::string& detail);

  /// fail() with the runtime's words unless `code` is cudaSuccess.
  void check(cudaError_t code, const char* call, const Operation& operation);

  /// Communicators to abort when the link breaks.
  void add(NcclHandle& comm) { comms_.push_back(&comm); }
  /// Takes it out and closes it together with its peers; aborts it where that does not succeed.
  void remove(NcclHandle& comm) noexcept;
  /// Takes it out without its peers, which breaks the link: for a rank that is failing.
  void abandon(NcclHandle& comm) noexcept;

 private:
  void break_off(const std::string& failure) noexcept;
  bool completed(Work& work);
  void retire_oldest();
  void wait_for_oldest();
  void check_errors(const Work& work);
  [[noreturn]] void miss_deadline(const Work& work);

  RankContext context_;
  int device_;
  cudaStream_t compute_;
  CudaStream collectives_;
  CudaStream point_to_point_;
  std::array<Work, kMostInFlight> ring_;
  std::size_t oldest_ = 0;
  std::size_t in_flight_ = 0;
  std::vector<NcclHandle*> comms_;
  std::unique_ptr<DeviceBuffer> barrier_bytes_;
  std::size_t barrier_count_ = 0;
  std::string failure_;  ///< text of the first failure
};

}  // namespace tessera::comm
