#include "comm/mpi_communicator.h"

#include <array>
#include <utility>
#include <vector>

#include "comm/copy_bytes.h"
#include "comm/mpi_group.h"
#include "comm/operation.h"
#include "comm/operation_arguments.h"

namespace tessera::comm {
namespace {

/// One per kind of operation: a group that disagrees about the operation ends at its deadline
/// instead of taking one operation's bytes for another's.
enum Tag { kBarrier = 1, kBroadcast, kAllGather, kGather, kExchange, kSplit };

class MpiCommunicator final : public Communicator {
 public:
  MpiCommunicator(MpiGroup group, const RankContext& context)
      : group_(std::move(group)), context_(context), rank_(group_.rank()), size_(group_.size()) {}

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  TrafficCounters traffic() const override { return traffic_; }

  void barrier() override {
    const Operation operation("barrier", -1, context_, traffic_);
    for (int peer = 0; peer < size_; ++peer) {
      if (peer == rank_) continue;
      group_.receive(peer, {});
      group_.send(peer, {});
    }
    group_.run(kBarrier, operation);
  }

  void broadcast(MemorySpan data, int root) override {
    check_root("broadcast", root, size_);
    const Operation operation("broadcast", rank_ == root ? -1 : root, context_, traffic_);
    if (rank_ == root) {
      for (int peer = 0; peer < size_; ++peer) {
        if (peer != rank_) group_.send(peer, data);
      }
      traffic_.bytes_sent += data.bytes * peers();
    } else {
      group_.receive(root, data);
    }
    group_.run(kBroadcast, operation);
  }

  void all_gather(ConstMemorySpan mine, MemorySpan all) override {
    check_all_gather(mine, all, size_);
    const Operation operation("all_gather", -1, context_, traffic_);
    gather_from_all(mine, all, kAllGather, operation);
    traffic_.bytes_sent += mine.bytes * peers();
  }

  void gather(ConstMemorySpan mine, std::span<const MemorySpan> all, int root) override {
    check_gather(mine, all, root, rank_, size_);
    const Operation operation("gather", rank_ == root ? -1 : root, context_, traffic_);
    if (rank_ == root) {
      for (int peer = 0; peer < size_; ++peer) {
        if (peer != rank_) group_.receive(peer, all[static_cast<std::size_t>(peer)]);
      }
      copy_bytes(mine, all[static_cast<std::size_t>(rank_)].data);
    } else {
      group_.send(root, mine);
      traffic_.bytes_sent += mine.bytes;
    }
    group_.run(kGather, operation);
  }

  void exchange(std::span<const Send> sends, std::span<const Receive> receives) override {
    check_exchange(sends, receives, rank_, size_);
    const Operation operation("exchange", -1, context_, traffic_);
    for (const Receive& receive : receives) group_.receive(receive.peer, receive.data);
    for (const Send& send : sends) {
      group_.send(send.peer, send.data);
      traffic_.bytes_sent += send.data.bytes;
    }
    group_.run(kExchange, operation);
  }

  // The gather of colors brings all members here within the deadline; MPI_Comm_split itself blocks.
  std::unique_ptr<Communicator> split(int color, int order) override {
    const Operation operation("split", -1, context_, traffic_);
    GroupChoice mine{color, order};
    std::vector<GroupChoice> all(static_cast<std::size_t>(size_));
    gather_from_all({reinterpret_cast<const std::byte*>(&mine), sizeof mine},
                    {reinterpret_cast<std::byte*>(all.data()), all.size() * sizeof mine}, kSplit,
                    operation);
    std::optional<MpiGroup> part = group_.split(color, order, operation);
    if (!part) return nullptr;
    RankContext context = context_;
    context.job_ranks = context_.job_ranks.part(members_of(all, color));
    return std::make_unique<MpiCommunicator>(std::move(*part), context);
  }

 private:
  std::uint64_t peers() const { return static_cast<std::uint64_t>(size_ - 1); }

  void gather_from_all(ConstMemorySpan mine, MemorySpan all, Tag tag, const Operation& operation) {
    for (int peer = 0; peer < size_; ++peer) {
      std::byte* place = all.data + static_cast<std::size_t>(peer) * mine.bytes;
      if (peer == rank_) {
        copy_bytes(mine, place);
      } else {
        group_.receive(peer, {place, mine.bytes});
        group_.send(peer, mine);
      }
    }
    group_.run(tag, operation);
  }

  MpiGroup group_;
  RankContext context_;
  TrafficCounters traffic_;
  int rank_;
  int size_;
};

}  // namespace

std::unique_ptr<Communicator> make_mpi_world(MpiSession& session, const RankContext& context,
                                             const MpiOptions& options) {
  return std::make_unique<MpiCommunicator>(MpiGroup::of_job(session, options.message_bytes),
                                           context);
}

}  // namespace tessera::comm
