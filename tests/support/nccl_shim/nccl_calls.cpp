// NCCL's symbols, over cliques of threads and the streams of cuda_calls.cpp.
#include <nccl.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "tests/support/nccl_shim/clique.h"
#include "tests/support/nccl_shim/faults.h"
#include "tests/support/nccl_shim/stream.h"

using tessera::testing::nccl_shim::Clique;
using tessera::testing::nccl_shim::current_faults;
using tessera::testing::nccl_shim::Faults;

/// A rank's end of a clique. Used from the rank's own thread.
struct ncclComm {
  std::shared_ptr<Clique> clique;
  int rank = 0;
  int world_rank = 0;  ///< in the first communicator of the job, for the faults
  std::uint64_t collectives = 0;
  std::uint64_t operations = 0;
  std::function<bool()> pending;  ///< the call in progress; true once it is done
  int polls_left = 0;
  std::string last_error;
};

namespace {

/// One operation of a group.
struct Call {
  cudaStream_t stream = nullptr;
  bool is_transfer = false;
  Clique::Collective collective;
  Clique::Transfer transfer;
};

struct Group {
  int depth = 0;
  std::map<ncclComm_t, std::vector<Call>> calls;
};

Group& group_of_thread() {
  thread_local Group group;
  return group;
}

std::mutex registry_mutex;
std::uint64_t last_id = 0;
std::map<std::uint64_t, std::shared_ptr<Clique>> registry;

std::shared_ptr<Clique> clique_of(const ncclUniqueId& id, int size) {
  std::uint64_t key = 0;
  std::memcpy(&key, id.internal, sizeof key);
  const std::lock_guard lock(registry_mutex);
  std::shared_ptr<Clique>& clique = registry[key];
  if (!clique) clique = std::make_shared<Clique>(size);
  return clique->size() == size ? clique : nullptr;
}

/// Runs `work` now, or after some polls where calls are to be in progress.
ncclResult_t start(ncclComm_t comm, std::function<bool()> work, bool always_in_progress) {
  comm->polls_left = current_faults().in_progress_polls;
  if (comm->polls_left == 0 && !always_in_progress) {
    work();
    return ncclSuccess;
  }
  comm->pending = std::move(work);
  return ncclInProgress;
}

/// What the faults make of the operations of one group.
std::vector<Call> spoiled(const ncclComm& comm, std::vector<Call> calls, const Faults& faults) {
  if (comm.world_rank == faults.swapped_rank) std::reverse(calls.begin(), calls.end());
  for (Call& call : calls) {
    if (comm.world_rank != faults.short_rank) continue;
    if (call.is_transfer && call.transfer.way == Clique::Way::Out) --call.transfer.bytes;
    if (!call.is_transfer) --call.collective.bytes;
  }
  return calls;
}

/// Runs on a stream's thread before an operation; whether the operation goes on.
bool passes(Clique& clique, int rank, int world_rank, bool fails, const Faults& faults) {
  if (world_rank == faults.delayed_rank) std::this_thread::sleep_for(faults.delay);
  if (fails) clique.fail(rank, ncclSystemError, "socket closed by the substitute library");
  if (!fails && world_rank != faults.lost_rank) return true;
  clique.wait_for_abort(rank);
  return false;
}

/// Gives the operations of a group to their streams: all transfers of a stream are one task.
void issue(ncclComm_t comm, const std::vector<Call>& given) {
  const Faults faults = current_faults();
  const std::vector<Call> calls = spoiled(*comm, given, faults);
  const auto passing = [clique = comm->clique, rank = comm->rank, world = comm->world_rank,
                        faults](bool fails) { return passes(*clique, rank, world, fails, faults); };
  std::map<cudaStream_t, std::vector<Clique::Transfer>> transfers;
  const bool fails =
      comm->world_rank == faults.failing_rank && comm->operations++ == faults.fails_at;
  for (const Call& call : calls) {
    if (call.is_transfer) {
      transfers[call.stream].push_back(call.transfer);
      continue;
    }
    call.stream->push([=, clique = comm->clique, rank = comm->rank, serial = comm->collectives++] {
      if (passing(fails)) clique->meet(rank, serial, call.collective);
    });
  }
  for (auto& [stream, list] : transfers) {
    stream->push([=, clique = comm->clique, rank = comm->rank, own = std::move(list)] {
      if (passing(fails)) clique->transfer(rank, own);
    });
  }
}

ncclResult_t add(ncclComm_t comm, const Call& call) {
  if (comm == nullptr || call.stream == nullptr) return ncclInvalidArgument;
  if (comm->pending) return ncclInvalidUsage;  // the caller did not poll to the end
  Group& group = group_of_thread();
  group.calls[comm].push_back(call);
  if (group.depth > 0) return ncclSuccess;
  group.depth = 1;
  return ncclGroupEnd();
}

ncclResult_t add_collective(Clique::Kind kind, const void* send, void* receive, std::size_t bytes,
                            int root, ncclComm_t comm, cudaStream_t stream) {
  Call call{stream, false, {}, {}};
  call.collective = {kind, static_cast<const std::byte*>(send), static_cast<std::byte*>(receive),
                     bytes, root};
  return add(comm, call);
}

ncclResult_t add_transfer(Clique::Way way, const void* data, std::size_t bytes, int peer,
                          ncclComm_t comm, cudaStream_t stream) {
  // Bytes that are sent are only read.
  auto* const place = static_cast<std::byte*>(const_cast<void*>(data));
  return add(comm, {stream, true, {}, {way, peer, place, bytes}});
}

}  // namespace

extern "C" {

const char* ncclGetErrorString(ncclResult_t result) {
  constexpr const char* kTexts[] = {"no error",
                                    "unhandled cuda error",
                                    "unhandled system error",
                                    "internal error",
                                    "invalid argument",
                                    "invalid usage",
                                    "remote process exited or there was a network error",
                                    "NCCL operation in progress"};
  return kTexts[result];
}

const char* ncclGetLastError(ncclComm_t comm) {
  return comm == nullptr ? "" : comm->last_error.c_str();
}

ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  const std::lock_guard lock(registry_mutex);
  *id = {};
  ++last_id;
  std::memcpy(id->internal, &last_id, sizeof last_id);
  return ncclSuccess;
}

// Only non-blocking communicators: a blocking one would wait without a deadline.
ncclResult_t ncclCommInitRankConfig(ncclComm_t* comm, int size, ncclUniqueId id, int rank,
                                    ncclConfig_t* config) {
  if (config == nullptr || config->blocking != 0) return ncclInvalidUsage;
  const std::shared_ptr<Clique> clique = clique_of(id, size);
  if (!clique || rank < 0 || rank >= size) return ncclInvalidArgument;
  *comm = new ncclComm;
  (*comm)->clique = clique;
  (*comm)->rank = rank;
  (*comm)->world_rank = rank;
  if (rank != current_faults().lost_rank) clique->join(rank);
  return start(
      *comm, [clique] { return clique->all_joined(); }, true);
}

ncclResult_t ncclCommSplit(ncclComm_t comm, int color, int key, ncclComm_t* part,
                           ncclConfig_t* config) {
  if (config == nullptr || config->blocking != 0 || comm->pending) return ncclInvalidUsage;
  *part = nullptr;
  comm->clique->enter_split(comm->rank, color, key);
  const auto take = [comm, part] {
    Clique::Seat seat;
    if (!comm->clique->take_seat(comm->rank, seat)) return false;
    if (!seat.clique) return true;
    *part = new ncclComm;
    (*part)->clique = seat.clique;
    (*part)->rank = seat.rank;
    (*part)->world_rank = comm->world_rank;
    return true;
  };
  return start(comm, take, true);
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t* state) {
  if (comm == nullptr) return ncclInvalidArgument;
  const Clique::Error error = comm->clique->error(comm->rank);
  if (error.code != ncclSuccess) {
    comm->last_error = error.text;
    *state = error.code;
    return ncclSuccess;
  }
  if (comm->pending && comm->polls_left-- <= 0 && comm->pending()) comm->pending = nullptr;
  *state = comm->pending ? ncclInProgress : ncclSuccess;
  return ncclSuccess;
}

ncclResult_t ncclCommFinalize(ncclComm_t comm) {
  if (comm->pending) return ncclInvalidUsage;
  return start(
      comm, [] { return true; }, false);
}

ncclResult_t ncclCommDestroy(ncclComm_t comm) {
  delete comm;
  return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t comm) {
  comm->clique->abort(comm->rank);
  delete comm;
  return ncclSuccess;
}

ncclResult_t ncclCommCount(const ncclComm_t comm, int* count) {
  *count = comm->clique->size();
  return ncclSuccess;
}

ncclResult_t ncclCommUserRank(const ncclComm_t comm, int* rank) {
  *rank = comm->rank;
  return ncclSuccess;
}

ncclResult_t ncclGroupStart() {
  ++group_of_thread().depth;
  return ncclSuccess;
}

ncclResult_t ncclGroupEnd() {
  Group& group = group_of_thread();
  if (group.depth == 0) return ncclInvalidUsage;
  if (--group.depth > 0) return ncclSuccess;
  const auto calls = std::exchange(group.calls, {});
  ncclResult_t result = ncclSuccess;
  for (const auto& [comm, list] : calls) {
    const auto work = [comm = comm, list = list] {
      issue(comm, list);
      return true;
    };
    if (start(comm, work, false) == ncclInProgress) result = ncclInProgress;
  }
  return result;
}

ncclResult_t ncclAllGather(const void* send, void* receive, std::size_t count, ncclDataType_t,
                           ncclComm_t comm, cudaStream_t stream) {
  return add_collective(Clique::Kind::AllGather, send, receive, count, 0, comm, stream);
}

ncclResult_t ncclBroadcast(const void* send, void* receive, std::size_t count, ncclDataType_t,
                           int root, ncclComm_t comm, cudaStream_t stream) {
  return add_collective(Clique::Kind::Broadcast, send, receive, count, root, comm, stream);
}

ncclResult_t ncclSend(const void* data, std::size_t count, ncclDataType_t, int peer,
                      ncclComm_t comm, cudaStream_t stream) {
  return add_transfer(Clique::Way::Out, data, count, peer, comm, stream);
}

ncclResult_t ncclRecv(void* data, std::size_t count, ncclDataType_t, int peer, ncclComm_t comm,
                      cudaStream_t stream) {
  return add_transfer(Clique::Way::In, data, count, peer, comm, stream);
}

}  // extern "C"
