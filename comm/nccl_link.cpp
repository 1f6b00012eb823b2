#include "comm/nccl_link.h"

#include <algorithm>

#include "comm/poll_backoff.h"

namespace tessera::comm {
namespace {

int select(int device) {
  check_cuda(cudaSetDevice(device), "cudaSetDevice");
  return device;
}

std::string needed(const std::vector<int>& peers) {
  if (peers.empty()) return "all ranks of the group";
  std::string list;
  for (const int peer : peers) list += (list.empty() ? "rank " : ", ") + std::to_string(peer);
  return list;
}

}  // namespace

NcclLink::NcclLink(const DeviceStream& stream, const RankContext& context)
    : context_(context), device_(select(stream.device)), compute_(stream.compute) {}

NcclLink::~NcclLink() = default;

std::byte* NcclLink::barrier_bytes(std::size_t count) {
  if (count > barrier_count_) {
    barrier_bytes_ = std::make_unique<DeviceBuffer>(count);
    barrier_count_ = count;
  }
  return barrier_bytes_->get();
}

NcclLink::Work& NcclLink::begin(const char* name, int peer, NcclHandle& comm, Lane lane,
                                TrafficCounters& traffic) {
  if (broken()) {
    const Operation refused(name, peer, context_, traffic);
    refuse_if_broken(refused);
  }
  if (in_flight_ == kMostInFlight) wait_for_oldest();
  while (in_flight_ > 0 && completed(ring_[oldest_])) retire_oldest();
  Work& work = ring_[(oldest_ + in_flight_) % kMostInFlight];
  work.operation.emplace(name, peer, context_, traffic);
  work.comm = &comm;
  work.stream = (lane == Lane::Collective ? collectives_ : point_to_point_).get();
  work.peers.clear();
  const Operation& operation = *work.operation;
  check(cudaEventRecord(work.ready.get(), compute_), "cudaEventRecord", operation);
  check(cudaStreamWaitEvent(work.stream, work.ready.get(), 0), "cudaStreamWaitEvent", operation);
  check(cudaEventRecord(work.first.get(), work.stream), "cudaEventRecord", operation);
  return work;
}

void NcclLink::end(Work& work, ncclResult_t result) {
  const Operation& operation = *work.operation;
  await(*work.comm, result, operation);
  check(cudaEventRecord(work.last.get(), work.stream), "cudaEventRecord", operation);
  check(cudaStreamWaitEvent(compute_, work.last.get(), 0), "cudaStreamWaitEvent", operation);
  ++in_flight_;
}

void NcclLink::settle() {
  while (in_flight_ > 0) wait_for_oldest();
}

void NcclLink::wait_for_oldest() {
  const Work& work = ring_[oldest_];
  PollBackoff backoff;
  while (!completed(ring_[oldest_])) {
    if (Operation::Clock::now() >= work.operation->deadline()) miss_deadline(work);
    backoff.pause();
  }
  retire_oldest();
}

bool NcclLink::completed(Work& work) {
  check_errors(work);
  const cudaError_t code = cudaEventQuery(work.last.get());
  if (code == cudaErrorNotReady) return false;
  check(code, "cudaEventQuery", *work.operation);
  return true;
}

void NcclLink::check_errors(const Work& work) {
  ncclResult_t state = ncclSuccess;
  const ncclResult_t code = ncclCommGetAsyncError(work.comm->get(), &state);
  const ncclResult_t worse = code != ncclSuccess ? code : state;
  if (worse == ncclSuccess || worse == ncclInProgress) return;
  const int peer = work.peers.size() == 1 ? work.peers.front() : -1;
  fail(*work.operation, peer, nccl_error_text(worse, work.comm->get()));
}

void NcclLink::retire_oldest() {
  Work& work = ring_[oldest_];
  float milliseconds = 0;
  check(cudaEventElapsedTime(&milliseconds, work.first.get(), work.last.get()),
        "cudaEventElapsedTime", *work.operation);
  work.operation->count_as(static_cast<double>(milliseconds) / 1000);
  work.operation.reset();
  oldest_ = (oldest_ + 1) % kMostInFlight;
  --in_flight_;
}

void NcclLink::await(NcclHandle& comm, ncclResult_t result, const Operation& operation) {
  PollBackoff backoff;
  while (result == ncclInProgress) {
    if (Operation::Clock::now() >= operation.deadline()) {
      fail(operation, -1, "NCCL had it still in progress at the deadline");
    }
    backoff.pause();
    if (comm.get() == nullptr) continue;  // NCCL has not made it yet
    ncclResult_t state = ncclSuccess;
    const ncclResult_t code = ncclCommGetAsyncError(comm.get(), &state);
    result = code != ncclSuccess ? code : state;
  }
  if (result != ncclSuccess) fail(operation, -1, nccl_error_text(result, comm.get()));
}

void NcclLink::miss_deadline(const Work& work) {
  const int peer = work.peers.size() == 1 ? work.peers.front() : -1;
  fail(*work.operation, peer,
       "the device has not completed it within the deadline; it needs " + needed(work.peers));
}

void NcclLink::check(cudaError_t code, const char* call, const Operation& operation) {
  if (code == cudaSuccess) return;
  fail(operation, -1, std::string(call) + ": " + cudaGetErrorString(code));
}

void NcclLink::refuse_if_broken(const Operation& operation) const {
  if (broken()) operation.fail(-1, "an earlier operation failed: " + failure_);
}

// The error is made first: `operation` may lie in the ring, which is emptied.
void NcclLink::fail(const Operation& operation, int peer, const std::string& detail) {
  try {
    operation.fail(peer, detail);
  } catch (const RankError& error) {
    break_off(error.what());
    throw;
  }
}

void NcclLink::break_off(const std::string& failure) noexcept {
  if (failure_.empty()) failure_ = failure;
  for (NcclHandle* comm : comms_) comm->cancel();
  for (Work& work : ring_) work.operation.reset();
  in_flight_ = 0;
}

void NcclLink::remove(NcclHandle& comm) noexcept {
  try {
    if (!broken() && comm.get() != nullptr) {
      settle();
      TrafficCounters uncounted;
      const Operation closing("close", -1, context_, uncounted);
      await(comm, ncclCommFinalize(comm.get()), closing);
      ncclCommDestroy(comm.release());
    }
  } catch (const RankError&) {
    // All were aborted, and whoever uses the link next is told why.
  }
  std::erase(comms_, &comm);
}

void NcclLink::abandon(NcclHandle& comm) noexcept {
  break_off("the rank gave up in the middle of its work");
  std::erase(comms_, &comm);
}

}  // namespace tessera::comm
