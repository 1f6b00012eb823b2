#include "comm/thread_communicator.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "comm/operation.h"
#include "comm/operation_arguments.h"
#include "comm/thread_hub.h"

namespace tessera::comm {
namespace {

using Kind = ThreadHub::Collective;

class ThreadCommunicator final : public Communicator {
 public:
  ThreadCommunicator(ThreadHub::Seat seat, RankContext context)
      : hub_(std::move(seat.hub)), rank_(seat.rank), context_(std::move(context)) {
    context_.job_ranks = hub_->job_ranks();
  }
  ~ThreadCommunicator() override { hub_->leave(rank_); }

  int rank() const override { return rank_; }
  int size() const override { return hub_->size(); }
  TrafficCounters traffic() const override { return traffic_; }

  void barrier() override {
    const Operation operation("barrier", -1, context_, traffic_);
    hub_->meet(rank_, {.kind = Kind::Barrier}, operation);
  }

  void broadcast(MemorySpan data, int root) override {
    check_root("broadcast", root, size());
    const Operation operation("broadcast", rank_ == root ? -1 : root, context_, traffic_);
    hub_->meet(rank_, {.kind = Kind::Broadcast, .root = root, .mine = data, .all = data},
               operation);
    if (rank_ == root) traffic_.bytes_sent += data.bytes * peers();
  }

  void all_gather(ConstMemorySpan mine, MemorySpan all) override {
    check_all_gather(mine, all, size());
    const Operation operation("all_gather", -1, context_, traffic_);
    hub_->meet(rank_, {.kind = Kind::AllGather, .mine = mine, .all = all}, operation);
    traffic_.bytes_sent += mine.bytes * peers();
  }

  void gather(ConstMemorySpan mine, std::span<const MemorySpan> all, int root) override {
    check_gather(mine, all, root, rank_, size());
    const Operation operation("gather", rank_ == root ? -1 : root, context_, traffic_);
    hub_->meet(rank_, {.kind = Kind::Gather, .root = root, .mine = mine, .gathered = all},
               operation);
    if (rank_ != root) traffic_.bytes_sent += mine.bytes;
  }

  void exchange(std::span<const Send> sends, std::span<const Receive> receives) override {
    check_exchange(sends, receives, rank_, size());
    const Operation operation("exchange", -1, context_, traffic_);
    hub_->exchange(rank_, sends, receives, operation);
    for (const Send& send : sends) traffic_.bytes_sent += send.data.bytes;
  }

  std::unique_ptr<Communicator> split(int color, int order) override {
    const Operation operation("split", -1, context_, traffic_);
    ThreadHub::Seat seat = hub_->split(rank_, color, order, operation);
    if (!seat.hub) return nullptr;
    return std::make_unique<ThreadCommunicator>(std::move(seat), context_);
  }

 private:
  std::uint64_t peers() const { return static_cast<std::uint64_t>(size() - 1); }

  std::shared_ptr<ThreadHub> hub_;
  int rank_;
  RankContext context_;
  TrafficCounters traffic_;
};

}  // namespace

std::vector<std::unique_ptr<Communicator>> make_thread_ranks(int size,
                                                             std::chrono::nanoseconds deadline) {
  return make_thread_ranks(size, {std::make_shared<DeadlineSource>(deadline), nullptr});
}

std::vector<std::unique_ptr<Communicator>> make_thread_ranks(int size, const RankContext& context) {
  if (size < 1) {
    throw std::invalid_argument("make_thread_ranks: " + std::to_string(size) + " ranks");
  }
  const auto hub = std::make_shared<ThreadHub>(size);
  std::vector<std::unique_ptr<Communicator>> ranks;
  for (int rank = 0; rank < size; ++rank) {
    ranks.push_back(std::make_unique<ThreadCommunicator>(ThreadHub::Seat{hub, rank}, context));
  }
  return ranks;
}

}  // namespace tessera::comm
