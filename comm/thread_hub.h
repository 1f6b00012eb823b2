#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.h"
#include "comm/job_ranks.h"
#include "comm/operation.h"

namespace tessera::comm {

/// The meeting place of the threads of one group. All members call it, each from its own thread.
///
/// A collective completes when the last member arrives: that member moves all bytes and wakes the
/// others, so a member sleeps at most once per operation. In an exchange the later of the two
/// sides of a transfer copies. A failure is kept for good: every later call throws it.
class ThreadHub {
 public:
  enum class Collective { Barrier, Broadcast, AllGather, Gather, Split };

  /// What one member brings to a collective.
  struct Post {
    Collective kind = Collective::Barrier;
    int root = 0;
    ConstMemorySpan mine = {};                  ///< broadcast: the data of the root
    MemorySpan all = {};                        ///< broadcast: where the data goes
    std::span<const MemorySpan> gathered = {};  ///< gather, on the root
    GroupChoice choice = {};                    ///< split
  };

  /// A member's place in a group made by split(); no hub if its color was negative.
  struct Seat {
    std::shared_ptr<ThreadHub> hub;
    int rank = 0;
  };

  explicit ThreadHub(int size, JobRanks job_ranks = {});

  int size() const { return static_cast<int>(members_.size()); }
  const JobRanks& job_ranks() const { return job_ranks_; }
  void meet(int rank, const Post& post, const Operation& operation);
  Seat split(int rank, int color, int order, const Operation& operation);
  void exchange(int rank, std::span<const Send> sends, std::span<const Receive> receives,
                const Operation& operation);
  /// The member is gone: whoever waits for it fails.
  void leave(int rank);

 private:
  struct Member {
    std::condition_variable wake;
    std::optional<Post> post;         ///< set while it waits in a collective
    const char* operation = nullptr;  ///< name of that collective
    std::size_t outstanding = 0;      ///< transfers of its exchange that are not complete
    bool left = false;
    Seat seat;
  };
  /// Transfers from one member to another whose other side has not come yet, in order.
  struct Lane {
    std::vector<ConstMemorySpan> sends;
    std::vector<MemorySpan> receives;
  };
  struct Failure {
    int culprit = -1;
    int witness = -1;  ///< the peer that the culprit itself is told
    std::string detail;
  };
  using Lock = std::unique_lock<std::mutex>;

  std::string name_of(int rank) const;
  Member& member(int rank) { return members_[static_cast<std::size_t>(rank)]; }
  Lane& lane(int from, int to) { return lanes_[static_cast<std::size_t>(from * size() + to)]; }
  bool lane_open(int a, int b);
  void meet_locked(Lock& lock, int rank, const Post& post, const Operation& operation);
  void compare_with_present(int rank, const Post& post, const Operation& operation);
  void complete(int rank);
  void seat_members();
  void join_exchange(int rank, int peer, const Operation& operation);
  void move(ConstMemorySpan from, int sender, MemorySpan to, int receiver);
  void finish_transfer(int rank);
  int first_late(int rank);
  int first_unanswered(int rank);
  void fail(int culprit, int witness, std::string detail);
  void throw_failure(int rank, const Operation& operation) const;

  JobRanks job_ranks_;
  std::mutex mutex_;
  std::vector<Member> members_;
  std::vector<Lane> lanes_;  ///< by (from, to)
  std::size_t present_ = 0;  ///< members waiting in the collective
  std::optional<Failure> failure_;
};

}  // namespace tessera::comm
