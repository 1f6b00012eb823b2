#include "comm/nccl_communicator.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "comm/nccl_link.h"
#include "comm/operation_arguments.h"

namespace tessera::comm {
namespace {

using Lane = NcclLink::Lane;

/// Calls between ncclGroupStart and ncclGroupEnd, with the first error of any of them.
class NcclGroupCalls {
 public:
  NcclGroupCalls() { add(ncclGroupStart()); }
  void add(ncclResult_t result) {
    if (result_ == ncclSuccess && result != ncclInProgress) result_ = result;
  }
  ncclResult_t end() {
    const ncclResult_t result = ncclGroupEnd();
    return result_ == ncclSuccess ? result : result_;
  }

 private:
  ncclResult_t result_ = ncclSuccess;
};

ncclConfig_t non_blocking() {
  ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
  config.blocking = 0;
  return config;
}

class NcclCommunicator final : public Communicator {
 public:
  NcclCommunicator(std::shared_ptr<NcclLink> link, int rank, int size)
      : link_(std::move(link)), rank_(rank), size_(size) {
    link_->add(handle_);
  }
  // Closing needs all members: while an error is in flight the peers may never come.
  ~NcclCommunicator() override {
    if (std::uncaught_exceptions() > exceptions_at_start_) {
      link_->abandon(handle_);
    } else {
      link_->remove(handle_);
    }
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  TrafficCounters traffic() const override {
    TrafficCounters counted = issued_;
    counted.wait_seconds = timed_.wait_seconds;
    return counted;
  }

  void join(const ncclUniqueId& id) {
    const Operation operation("ncclCommInitRankConfig", -1, link_->context(), timed_);
    ncclConfig_t config = non_blocking();
    link_->await(handle_, ncclCommInitRankConfig(handle_.out(), size_, id, rank_, &config),
                 operation);
  }

  void barrier() override {
    std::byte* const bytes = link_->barrier_bytes(peers() + 2);
    NcclLink::Work& work = begin("barrier", -1, Lane::Collective);
    link_->end(work, ncclAllGather(bytes, bytes + 1, 1, ncclUint8, handle_.get(), work.stream));
    link_->settle();
  }

  void broadcast(MemorySpan data, int root) override {
    check_root("broadcast", root, size_);
    NcclLink::Work& work = begin("broadcast", rank_ == root ? -1 : root, Lane::Collective);
    if (rank_ == root) issued_.bytes_sent += data.bytes * peers();
    link_->end(work, ncclBroadcast(data.data, data.data, data.bytes, ncclUint8, root, handle_.get(),
                                   work.stream));
  }

  void all_gather(ConstMemorySpan mine, MemorySpan all) override {
    check_all_gather(mine, all, size_);
    NcclLink::Work& work = begin("all_gather", -1, Lane::Collective);
    issued_.bytes_sent += mine.bytes * peers();
    link_->end(work, ncclAllGather(mine.data, all.data, mine.bytes, ncclUint8, handle_.get(),
                                   work.stream));
  }

  void gather(ConstMemorySpan mine, std::span<const MemorySpan> all, int root) override {
    check_gather(mine, all, root, rank_, size_);
    NcclLink::Work& work = begin("gather", rank_ == root ? -1 : root, Lane::PointToPoint);
    if (rank_ == root) copy(mine, all[static_cast<std::size_t>(rank_)], work);
    NcclGroupCalls calls;
    if (rank_ == root) {
      for (int peer = 0; peer < size_; ++peer) {
        if (peer != rank_) receive(calls, work, {peer, all[static_cast<std::size_t>(peer)]});
      }
    } else {
      send(calls, work, {root, mine});
    }
    link_->end(work, calls.end());
  }

  void exchange(std::span<const Send> sends, std::span<const Receive> receives) override {
    check_exchange(sends, receives, rank_, size_);
    NcclLink::Work& work = begin("exchange", -1, Lane::PointToPoint);
    NcclGroupCalls calls;
    for (const Receive& each : receives) receive(calls, work, each);
    for (const Send& each : sends) send(calls, work, each);
    link_->end(work, calls.end());
  }

  // NCCL splits a communicator that has nothing in flight; then it is polled as when it is made.
  std::unique_ptr<Communicator> split(int color, int order) override {
    link_->settle();
    const Operation operation("split", -1, link_->context(), timed_);
    ++issued_.operations;
    link_->refuse_if_broken(operation);
    ncclConfig_t config = non_blocking();
    auto part = std::make_unique<NcclCommunicator>(link_, 0, 1);
    const ncclResult_t result = ncclCommSplit(handle_.get(), color < 0 ? NCCL_SPLIT_NOCOLOR : color,
                                              order, part->handle_.out(), &config);
    link_->await(handle_, result, operation);
    if (color < 0) return nullptr;
    link_->await(part->handle_, ncclInProgress, operation);
    part->read_place();
    return part;
  }

 private:
  std::uint64_t peers() const { return static_cast<std::uint64_t>(size_ - 1); }

  NcclLink::Work& begin(const char* name, int peer, Lane lane) {
    ++issued_.operations;
    NcclLink::Work& work = link_->begin(name, peer, handle_, lane, timed_);
    if (peer >= 0) work.peers.push_back(peer);
    return work;
  }

  // Transfers of no bytes are left out on both sides.
  void send(NcclGroupCalls& calls, NcclLink::Work& work, const Send& transfer) {
    issued_.bytes_sent += transfer.data.bytes;
    if (transfer.data.bytes == 0) return;
    needs(work, transfer.peer);
    calls.add(ncclSend(transfer.data.data, transfer.data.bytes, ncclUint8, transfer.peer,
                       handle_.get(), work.stream));
  }

  void receive(NcclGroupCalls& calls, NcclLink::Work& work, const Receive& transfer) {
    if (transfer.data.bytes == 0) return;
    needs(work, transfer.peer);
    calls.add(ncclRecv(transfer.data.data, transfer.data.bytes, ncclUint8, transfer.peer,
                       handle_.get(), work.stream));
  }

  static void needs(NcclLink::Work& work, int peer) {
    if (std::find(work.peers.begin(), work.peers.end(), peer) == work.peers.end()) {
      work.peers.push_back(peer);
    }
  }

  void copy(ConstMemorySpan from, MemorySpan to, NcclLink::Work& work) {
    if (from.bytes == 0 || from.data == to.data) return;
    link_->check(
        cudaMemcpyAsync(to.data, from.data, from.bytes, cudaMemcpyDeviceToDevice, work.stream),
        "cudaMemcpyAsync", *work.operation);
  }

  void read_place() {
    ncclCommUserRank(handle_.get(), &rank_);
    ncclCommCount(handle_.get(), &size_);
  }

  std::shared_ptr<NcclLink> link_;
  NcclHandle handle_;
  TrafficCounters issued_;  ///< operations and bytes
  TrafficCounters timed_;   ///< seconds of completed operations
  int exceptions_at_start_ = std::uncaught_exceptions();
  int rank_;
  int size_;
};

ncclUniqueId shared_id(Communicator& control) {
  ncclUniqueId id{};
  if (control.rank() == 0) {
    const ncclResult_t result = ncclGetUniqueId(&id);
    // The peers wait for the id: they get zeros, and fail when they join.
    if (result != ncclSuccess) id = {};
    control.broadcast({reinterpret_cast<std::byte*>(&id), sizeof id}, 0);
    if (result != ncclSuccess) {
      throw RankError("ncclGetUniqueId", -1, 0, nccl_error_text(result, nullptr));
    }
  } else {
    control.broadcast({reinterpret_cast<std::byte*>(&id), sizeof id}, 0);
  }
  return id;
}

}  // namespace

std::unique_ptr<Communicator> make_nccl_ranks(Communicator& control, const DeviceStream& stream,
                                              const RankContext& context) {
  auto link = std::make_shared<NcclLink>(stream, context);
  const ncclUniqueId id = shared_id(control);
  auto ranks = std::make_unique<NcclCommunicator>(std::move(link), control.rank(), control.size());
  ranks->join(id);
  return ranks;
}

}  // namespace tessera::comm
