#include "tests/support/nccl_shim/clique.h"

#include <algorithm>
#include <cstring>
#include <tuple>

namespace tessera::testing::nccl_shim {
namespace {

std::string text_of(int rank, const Clique::Collective& collective) {
  const char* const kind = collective.kind == Clique::Kind::AllGather ? "AllGather" : "Broadcast";
  return "rank " + std::to_string(rank) + " calls " + kind + " of " +
         std::to_string(collective.bytes) + " bytes, root " + std::to_string(collective.root);
}

void copy(const std::byte* from, std::size_t bytes, std::byte* to) {
  if (bytes > 0 && from != to) std::memmove(to, from, bytes);
}

}  // namespace

void Clique::join(int rank) {
  const std::lock_guard lock(mutex_);
  member(rank).joined = true;
}

bool Clique::all_joined() {
  const std::lock_guard lock(mutex_);
  return std::all_of(members_.begin(), members_.end(), [](const Member& m) { return m.joined; });
}

void Clique::meet(int rank, std::uint64_t serial, const Collective& collective) {
  std::unique_lock lock(mutex_);
  if (member(rank).aborted) return;  // the memory of the operation may be gone
  Round& round = rounds_[serial];
  for (const auto& [other, post] : round.posts) {
    if (std::tie(post.kind, post.bytes, post.root) !=
        std::tie(collective.kind, collective.bytes, collective.root)) {
      fail_all(text_of(rank, collective) + "; " + text_of(other, post));
      break;
    }
  }
  round.posts[rank] = collective;
  if (round.posts.size() == members_.size() && member(rank).error.code == ncclSuccess) {
    move(round);
    round.done = true;
    wake_.notify_all();
  }
  wake_.wait(lock, [&] { return round.done || member(rank).aborted; });
  round.posts.erase(rank);
  if (round.posts.empty() && round.done) rounds_.erase(serial);
}

// The buffers of all members are theirs to read and write: each waits in meet().
void Clique::move(const Round& round) {
  for (const auto& [to, post] : round.posts) {
    for (const auto& [from, source] : round.posts) {
      if (post.kind == Kind::AllGather) {
        copy(source.send, source.bytes,
             post.receive + static_cast<std::size_t>(from) * source.bytes);
      } else if (from == post.root) {
        copy(source.send, source.bytes, post.receive);
      }
    }
  }
}

void Clique::transfer(int rank, const std::vector<Transfer>& transfers) {
  std::unique_lock lock(mutex_);
  if (member(rank).aborted) return;
  member(rank).outstanding = transfers.size();
  for (const Transfer& mine : transfers) {
    const bool out = mine.way == Way::Out;
    Lane& lane = lanes_[out ? std::pair{rank, mine.peer} : std::pair{mine.peer, rank}];
    std::vector<Transfer>& theirs = out ? lane.receives : lane.sends;
    Transfer own = mine;
    if (theirs.empty()) {
      (out ? lane.sends : lane.receives).push_back(own);
      continue;
    }
    const Transfer other = theirs.front();
    if (other.bytes != own.bytes) {
      const std::string sent = std::to_string(out ? own.bytes : other.bytes);
      const std::string expected = std::to_string(out ? other.bytes : own.bytes);
      fail_all("rank " + std::to_string(out ? rank : mine.peer) + " sends " + sent +
               " bytes, rank " + std::to_string(out ? mine.peer : rank) + " expects " + expected);
      break;
    }
    theirs.erase(theirs.begin());
    out ? copy(own.data, own.bytes, other.data) : copy(other.data, own.bytes, own.data);
    --member(rank).outstanding;
    --member(mine.peer).outstanding;
    wake_.notify_all();
  }
  wake_.wait(lock, [&] { return member(rank).outstanding == 0 || member(rank).aborted; });
}

void Clique::wait_for_abort(int rank) {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] { return member(rank).aborted; });
}

void Clique::enter_split(int rank, int color, int key) {
  const std::lock_guard lock(mutex_);
  Member& own = member(rank);
  own.in_split = true;
  own.color = color;
  own.key = key;
  if (std::all_of(members_.begin(), members_.end(), [](const Member& m) { return m.in_split; })) {
    seat_members();
  }
}

void Clique::seat_members() {
  std::map<int, std::vector<std::pair<int, int>>> groups;  // color -> (key, rank)
  for (int rank = 0; rank < size(); ++rank) {
    Member& each = member(rank);
    each.in_split = false;
    each.seated = true;
    each.seat = {};
    if (each.color >= 0) groups[each.color].emplace_back(each.key, rank);
  }
  for (auto& [color, group] : groups) {
    std::sort(group.begin(), group.end());
    const auto part = std::make_shared<Clique>(static_cast<int>(group.size()));
    for (int place = 0; place < part->size(); ++place) {
      member(group[static_cast<std::size_t>(place)].second).seat = {part, place};
      part->join(place);
    }
  }
}

bool Clique::take_seat(int rank, Seat& seat) {
  const std::lock_guard lock(mutex_);
  Member& own = member(rank);
  if (!own.seated) return false;
  own.seated = false;
  seat = std::move(own.seat);
  return true;
}

void Clique::fail(int rank, ncclResult_t code, const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (member(rank).error.code == ncclSuccess) member(rank).error = {code, text};
}

void Clique::fail_all(const std::string& text) {
  for (Member& each : members_) {
    if (each.error.code == ncclSuccess) each.error = {ncclInvalidUsage, text};
  }
}

// What the member still offers to others is withdrawn: its memory may go away.
void Clique::abort(int rank) {
  const std::lock_guard lock(mutex_);
  member(rank).aborted = true;
  for (auto& [way, lane] : lanes_) {
    if (way.first == rank) lane.sends.clear();
    if (way.second == rank) lane.receives.clear();
  }
  for (auto& [serial, round] : rounds_) {
    if (!round.done) round.posts.erase(rank);
  }
  wake_.notify_all();
}

Clique::Error Clique::error(int rank) {
  const std::lock_guard lock(mutex_);
  return member(rank).error;
}

}  // namespace tessera::testing::nccl_shim
