#include "comm/thread_hub.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "comm/copy_bytes.h"

namespace tessera::comm {
namespace {

/// The size that all members of a collective must agree on.
std::size_t common_bytes(const ThreadHub::Post& post) {
  switch (post.kind) {
    case ThreadHub::Collective::Broadcast:
      return post.all.bytes;
    case ThreadHub::Collective::AllGather:
      return post.mine.bytes;
    default:
      return 0;
  }
}

}  // namespace

ThreadHub::ThreadHub(int size, JobRanks job_ranks)
    : job_ranks_(std::move(job_ranks)),
      members_(static_cast<std::size_t>(size)),
      lanes_(static_cast<std::size_t>(size) * static_cast<std::size_t>(size)) {}

std::string ThreadHub::name_of(int rank) const {
  return "rank " + std::to_string(job_ranks_.of(rank));
}

void ThreadHub::meet(int rank, const Post& post, const Operation& operation) {
  Lock lock(mutex_);
  meet_locked(lock, rank, post, operation);
}

ThreadHub::Seat ThreadHub::split(int rank, int color, int order, const Operation& operation) {
  Lock lock(mutex_);
  Post post{.kind = Collective::Split};
  post.choice = {color, order};
  meet_locked(lock, rank, post, operation);
  return std::exchange(member(rank).seat, Seat{});
}

void ThreadHub::meet_locked(Lock& lock, int rank, const Post& post, const Operation& operation) {
  throw_failure(rank, operation);
  Member& self = member(rank);
  self.post = post;
  self.operation = operation.name();
  ++present_;
  compare_with_present(rank, post, operation);
  if (!failure_ && present_ == members_.size()) complete(rank);
  while (self.post) {
    throw_failure(rank, operation);
    if (self.wake.wait_until(lock, operation.deadline()) == std::cv_status::no_timeout) continue;
    if (self.post && !failure_) {
      const int late = first_late(rank);
      fail(late, rank, name_of(late) + " did not join within the deadline");
    }
  }
}

void ThreadHub::compare_with_present(int rank, const Post& post, const Operation& operation) {
  for (int other = 0; other < size(); ++other) {
    if (other == rank) continue;
    const Member& peer = member(other);
    if (peer.left) return fail(other, rank, name_of(other) + " left the group");
    if (lane_open(rank, other)) {
      return fail(rank, other,
                  name_of(rank) + " called " + operation.name() + " while " + name_of(other) +
                      " waits for it in exchange");
    }
    if (!peer.post) continue;
    if (peer.post->kind != post.kind) {
      return fail(rank, other,
                  name_of(rank) + " called " + operation.name() + ", " + name_of(other) +
                      " called " + peer.operation);
    }
    if (peer.post->root != post.root) {
      return fail(rank, other,
                  name_of(rank) + " gave root " + std::to_string(post.root) + ", " +
                      name_of(other) + " root " + std::to_string(peer.post->root));
    }
    if (common_bytes(*peer.post) != common_bytes(post)) {
      return fail(rank, other,
                  name_of(rank) + " gave " + std::to_string(common_bytes(post)) + " bytes, " +
                      name_of(other) + " " + std::to_string(common_bytes(*peer.post)));
    }
  }
}

// Called by the last member to arrive, with the lock held: nobody can leave while bytes move.
void ThreadHub::complete(int rank) {
  const Post& own = *member(rank).post;
  const Post& root = *member(own.root).post;
  for (int from = 0; from < size() && own.kind == Collective::Gather; ++from) {
    const std::size_t room = root.gathered[static_cast<std::size_t>(from)].bytes;
    const std::size_t given = member(from).post->mine.bytes;
    if (room != given) {
      return fail(from, own.root,
                  name_of(from) + " contributes " + std::to_string(given) +
                      " bytes, the root has room for " + std::to_string(room));
    }
  }
  for (int to = 0; to < size(); ++to) {
    const Post& post = *member(to).post;
    if (own.kind == Collective::Broadcast) copy_bytes(root.mine, post.all.data);
    if (own.kind == Collective::Gather) {
      copy_bytes(post.mine, root.gathered[static_cast<std::size_t>(to)].data);
    }
    for (int from = 0; from < size() && own.kind == Collective::AllGather; ++from) {
      const ConstMemorySpan part = member(from).post->mine;
      copy_bytes(part, post.all.data + static_cast<std::size_t>(from) * part.bytes);
    }
  }
  if (own.kind == Collective::Split) seat_members();
  present_ = 0;
  for (int other = 0; other < size(); ++other) {
    member(other).post.reset();
    if (other != rank) member(other).wake.notify_one();
  }
}

void ThreadHub::seat_members() {
  std::vector<GroupChoice> choices;
  std::set<int> colors;
  for (const Member& each : members_) {
    choices.push_back(each.post->choice);
    if (each.post->choice.color >= 0) colors.insert(each.post->choice.color);
  }
  for (const int color : colors) {
    const std::vector<int> group = members_of(choices, color);
    const auto hub =
        std::make_shared<ThreadHub>(static_cast<int>(group.size()), job_ranks_.part(group));
    for (int seat = 0; seat < hub->size(); ++seat) {
      member(group[static_cast<std::size_t>(seat)]).seat = {hub, seat};
    }
  }
}

void ThreadHub::exchange(int rank, std::span<const Send> sends, std::span<const Receive> receives,
                         const Operation& operation) {
  Lock lock(mutex_);
  throw_failure(rank, operation);
  Member& self = member(rank);
  self.outstanding = sends.size() + receives.size();
  for (const Send& send : sends) {
    join_exchange(rank, send.peer, operation);
    Lane& way = lane(rank, send.peer);
    if (way.receives.empty()) {
      way.sends.push_back(send.data);
    } else {
      move(send.data, rank, way.receives.front(), send.peer);
      way.receives.erase(way.receives.begin());
    }
  }
  for (const Receive& receive : receives) {
    join_exchange(rank, receive.peer, operation);
    Lane& way = lane(receive.peer, rank);
    if (way.sends.empty()) {
      way.receives.push_back(receive.data);
    } else {
      move(way.sends.front(), receive.peer, receive.data, rank);
      way.sends.erase(way.sends.begin());
    }
  }
  while (self.outstanding > 0) {
    throw_failure(rank, operation);
    if (self.wake.wait_until(lock, operation.deadline()) == std::cv_status::no_timeout) continue;
    if (self.outstanding > 0 && !failure_) {
      const int late = first_unanswered(rank);
      fail(late, rank, name_of(late) + " did not answer within the deadline");
    }
  }
}

void ThreadHub::join_exchange(int rank, int peer, const Operation& operation) {
  const Member& other = member(peer);
  if (other.left) fail(peer, rank, name_of(peer) + " left the group");
  if (other.post) {
    fail(rank, peer,
         name_of(rank) + " called exchange while " + name_of(peer) + " waits for it in " +
             other.operation);
  }
  throw_failure(rank, operation);
}

void ThreadHub::move(ConstMemorySpan from, int sender, MemorySpan to, int receiver) {
  if (from.bytes != to.bytes) {
    return fail(sender, receiver,
                name_of(sender) + " sends " + std::to_string(from.bytes) + " bytes, " +
                    name_of(receiver) + " expects " + std::to_string(to.bytes));
  }
  copy_bytes(from, to.data);
  finish_transfer(sender);
  finish_transfer(receiver);
}

void ThreadHub::finish_transfer(int rank) {
  if (--member(rank).outstanding == 0) member(rank).wake.notify_one();
}

void ThreadHub::leave(int rank) {
  const Lock lock(mutex_);
  member(rank).left = true;
  if (failure_) return;
  for (int other = 0; other < size(); ++other) {
    if (other != rank && (member(other).post || lane_open(rank, other))) {
      return fail(rank, other, name_of(rank) + " left the group");
    }
  }
}

bool ThreadHub::lane_open(int a, int b) {
  const auto open = [](const Lane& way) { return !way.sends.empty() || !way.receives.empty(); };
  return a != b && (open(lane(a, b)) || open(lane(b, a)));
}

int ThreadHub::first_late(int rank) {
  for (int other = 0; other < size(); ++other) {
    if (!member(other).post) return other;
  }
  return rank;
}

int ThreadHub::first_unanswered(int rank) {
  for (int other = 0; other < size(); ++other) {
    if (lane_open(rank, other)) return other;
  }
  return rank;
}

void ThreadHub::fail(int culprit, int witness, std::string detail) {
  if (failure_) return;
  failure_ = Failure{culprit, witness, std::move(detail)};
  for (Member& each : members_) each.wake.notify_one();
}

void ThreadHub::throw_failure(int rank, const Operation& operation) const {
  if (!failure_) return;
  operation.fail(rank == failure_->culprit ? failure_->witness : failure_->culprit,
                 failure_->detail);
}

}  // namespace tessera::comm
