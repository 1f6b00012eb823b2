#include "tests/comm/conformance.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/comm/byte_pattern.h"

namespace tessera::testing {
namespace {

using comm::Communicator;
using comm::MemorySpan;
using comm::Receive;
using comm::Send;

std::size_t at(int index) { return static_cast<std::size_t>(index); }

void broadcast_reaches_all(Communicator& world, std::size_t count) {
  for (int root = 0; root < world.size(); ++root) {
    Bytes data = world.rank() == root ? pattern(root, 1, count) : Bytes(count);
    world.broadcast(span_of(data), root);
    EXPECT_EQ(data, pattern(root, 1, count)) << "root " << root;
  }
}

void broadcast_from_every_root(Communicator& world) {
  for (const std::size_t count : {0U, 1U, 1000U}) broadcast_reaches_all(world, count);
}

void all_gather_keeps_rank_order(Communicator& world, std::size_t count) {
  const Bytes mine = pattern(world.rank(), 2, count);
  Bytes all(count * at(world.size()));
  world.all_gather(const_span_of(mine), span_of(all));
  Bytes expected;
  for (int rank = 0; rank < world.size(); ++rank) {
    const Bytes part = pattern(rank, 2, count);
    expected.insert(expected.end(), part.begin(), part.end());
  }
  EXPECT_EQ(all, expected);
}

void all_gather_in_rank_order(Communicator& world) {
  for (const std::size_t count : {0U, 1U, 777U}) all_gather_keeps_rank_order(world, count);
}

void all_gather_in_place(Communicator& world) {
  constexpr std::size_t kCount = 64;
  Bytes all(kCount * at(world.size()));
  std::byte* place = all.data() + kCount * at(world.rank());
  const Bytes mine = pattern(world.rank(), 3, kCount);
  std::copy(mine.begin(), mine.end(), place);
  world.all_gather({place, kCount}, span_of(all));
  for (int rank = 0; rank < world.size(); ++rank) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(kCount) * rank;
    EXPECT_EQ(Bytes(begin, begin + kCount), pattern(rank, 3, kCount)) << "rank " << rank;
  }
}

void gather_takes_unequal_parts(Communicator& world) {
  const auto count = [](int rank) { return at(rank) * 37; };  // rank 0 has nothing to give
  for (int root = 0; root < world.size(); ++root) {
    const Bytes mine = pattern(world.rank(), root, count(world.rank()));
    std::vector<Bytes> parts;
    std::vector<MemorySpan> spans;
    for (int rank = 0; rank < world.size(); ++rank) parts.emplace_back(count(rank));
    for (Bytes& part : parts) spans.push_back(span_of(part));
    if (world.rank() == root) {
      world.gather(const_span_of(mine), spans, root);
    } else {
      world.gather(const_span_of(mine), {}, root);
    }
    for (int rank = 0; rank < world.size(); ++rank) {
      const Bytes sent = pattern(rank, root, count(rank));
      EXPECT_EQ(parts[at(rank)], world.rank() == root ? sent : Bytes(count(rank)));
    }
  }
}

// Three messages to every peer, the middle one empty, told apart by their order alone.
void exchange_keeps_order(Communicator& world, std::size_t count) {
  const auto length = [&](int i) { return i == 1 ? 0 : count + at(i); };
  std::vector<Bytes> out, in;
  for (int peer = 0; peer < world.size(); ++peer) {
    for (int i = 0; i < 3; ++i) {
      out.push_back(pattern(world.rank(), peer * 3 + i, length(i)));
      in.emplace_back(length(i));
    }
  }
  std::vector<Send> sends;
  std::vector<Receive> receives;
  for (int i = 0; i < 3; ++i) {
    for (int step = 1; step < world.size(); ++step) {
      const int to = (world.rank() + step) % world.size();
      const int from = (world.rank() + world.size() - step) % world.size();
      sends.push_back({to, const_span_of(out[at(to * 3 + i)])});
      receives.push_back({from, span_of(in[at(from * 3 + i)])});
    }
  }
  world.exchange(sends, receives);
  for (int peer = 0; peer < world.size(); ++peer) {
    for (int i = 0; i < 3 && peer != world.rank(); ++i) {
      EXPECT_EQ(in[at(peer * 3 + i)], pattern(peer, world.rank() * 3 + i, length(i)))
          << "message " << i << " from rank " << peer;
    }
  }
}

void exchange_with_all_peers_in_order(Communicator& world) { exchange_keeps_order(world, 100); }

void exchange_between_two_leaves_others_free(Communicator& world) {
  for (int step = 0; step < 20 && world.rank() < 2 && world.size() > 1; ++step) {
    const Bytes mine = pattern(world.rank(), step, 50);
    Bytes theirs(50);
    const int peer = 1 - world.rank();
    const std::vector<Send> sends{{peer, const_span_of(mine)}};
    const std::vector<Receive> receives{{peer, span_of(theirs)}};
    world.exchange(sends, receives);
    EXPECT_EQ(theirs, pattern(peer, step, 50));
  }
  if (world.rank() >= 2) world.exchange({}, {});
  world.barrier();
}

void exchange_along_a_chain(Communicator& world) {
  const Bytes mine = pattern(world.rank(), 9, 333);
  Bytes above(333);
  std::vector<Send> sends;
  std::vector<Receive> receives;
  if (world.rank() + 1 < world.size()) sends.push_back({world.rank() + 1, const_span_of(mine)});
  if (world.rank() > 0) receives.push_back({world.rank() - 1, span_of(above)});
  world.exchange(sends, receives);
  if (world.rank() > 0) {
    EXPECT_EQ(above, pattern(world.rank() - 1, 9, 333));
  }
}

void split_groups_by_color(Communicator& world) {
  const auto part = world.split(world.rank() % 2, world.rank());
  ASSERT_NE(part, nullptr);
  EXPECT_EQ(part->rank(), world.rank() / 2);
  EXPECT_EQ(part->size(), (world.size() + 1 - world.rank() % 2) / 2);
  all_gather_keeps_rank_order(*part, 40);
  const auto nested = part->split(part->rank() == 0 ? 0 : 5, 0);
  EXPECT_EQ(nested->size(), part->rank() == 0 ? 1 : part->size() - 1);
  all_gather_keeps_rank_order(*nested, 9);
}

void split_orders_by_order_then_rank(Communicator& world) {
  const auto reversed = world.split(7, -world.rank());
  EXPECT_EQ(reversed->rank(), world.size() - 1 - world.rank());
  const auto same = world.split(7, 0);
  EXPECT_EQ(same->rank(), world.rank());
  broadcast_reaches_all(*reversed, 20);
}

void split_leaves_negative_colors_out(Communicator& world) {
  const bool joins = world.rank() % 3 != 1;
  const auto part = world.split(joins ? 0 : -1, world.rank());
  EXPECT_EQ(part != nullptr, joins);
  if (part) broadcast_reaches_all(*part, 30);
  world.barrier();
}

void large_messages_arrive_whole(Communicator& world) {
  // Megabytes for few ranks; the total over all pairs of ranks stays bounded.
  const std::size_t pairs = at(world.size()) * at(world.size());
  const std::size_t count = (std::size_t{1} << 23) / pairs + 70001;
  exchange_keeps_order(world, count);
  all_gather_keeps_rank_order(world, count);
  Bytes data = world.rank() == 0 ? pattern(0, 4, count) : Bytes(count);
  world.broadcast(span_of(data), 0);
  EXPECT_EQ(data, pattern(0, 4, count));
}

void operations_may_be_mixed(Communicator& world) {
  const auto halo = world.split(0, world.rank());
  for (int round = 0; round < 30; ++round) {
    all_gather_keeps_rank_order(world, at(round));
    exchange_keeps_order(*halo, at(round));
    if (round % 3 == 0) world.barrier();
    if (round % 5 == 0) broadcast_reaches_all(*halo, 11);
    if (round % 7 == 0) exchange_keeps_order(world, 5);
  }
}

void traffic_counts_own_contributions(Communicator& world) {
  const auto part = world.split(0, world.rank());
  EXPECT_EQ(part->traffic(), comm::TrafficCounters{});
  const std::uint64_t peers = at(world.size() - 1);
  std::uint64_t expected = 0;
  all_gather_keeps_rank_order(*part, 10);
  expected += 10 * peers;
  broadcast_reaches_all(*part, 100);  // every rank is the root once
  expected += 100 * peers;
  exchange_keeps_order(*part, 20);  // 20, 0 and 22 bytes
  expected += 42 * peers;
  part->barrier();
  const Bytes mine(8);
  std::vector<Bytes> parts(at(world.size()), Bytes(8));
  std::vector<MemorySpan> spans;
  for (Bytes& each : parts) spans.push_back(span_of(each));
  part->gather(const_span_of(mine), spans, 0);
  expected += part->rank() == 0 ? 0 : 8;
  EXPECT_EQ(part->traffic().bytes_sent, expected);
  EXPECT_EQ(part->traffic().operations, 4 + at(world.size()));
  EXPECT_GE(part->traffic().wait_seconds, 0);
}

void impossible_arguments_are_refused(Communicator& world) {
  Bytes data(4), room(4 * at(world.size()) + 1);
  EXPECT_THROW(world.broadcast(span_of(data), world.size()), std::invalid_argument);
  EXPECT_THROW(world.broadcast(span_of(data), -1), std::invalid_argument);
  EXPECT_THROW(world.all_gather(const_span_of(data), span_of(room)), std::invalid_argument);
  EXPECT_THROW(world.gather(const_span_of(data), {}, world.rank()), std::invalid_argument);
  const std::vector<Send> to_itself{{world.rank(), const_span_of(data)}};
  const std::vector<Receive> from_nobody{{world.size(), span_of(data)}};
  EXPECT_THROW(world.exchange(to_itself, {}), std::invalid_argument);
  EXPECT_THROW(world.exchange({}, from_nobody), std::invalid_argument);
  all_gather_keeps_rank_order(world, 4);  // the group still works
}

constexpr ConformanceScenario kScenarios[] = {
    {"BroadcastFromEveryRoot", broadcast_from_every_root},
    {"AllGatherInRankOrder", all_gather_in_rank_order},
    {"AllGatherInPlace", all_gather_in_place},
    {"GatherTakesUnequalParts", gather_takes_unequal_parts},
    {"ExchangeWithAllPeersInOrder", exchange_with_all_peers_in_order},
    {"ExchangeBetweenTwoLeavesOthersFree", exchange_between_two_leaves_others_free},
    {"ExchangeAlongAChain", exchange_along_a_chain},
    {"SplitGroupsByColor", split_groups_by_color},
    {"SplitOrdersByOrderThenRank", split_orders_by_order_then_rank},
    {"SplitLeavesNegativeColorsOut", split_leaves_negative_colors_out},
    {"LargeMessagesArriveWhole", large_messages_arrive_whole},
    {"OperationsMayBeMixed", operations_may_be_mixed},
    {"TrafficCountsOwnContributions", traffic_counts_own_contributions},
    {"ImpossibleArgumentsAreRefused", impossible_arguments_are_refused},
};

}  // namespace

std::span<const ConformanceScenario> conformance_scenarios() { return kScenarios; }

}  // namespace tessera::testing
