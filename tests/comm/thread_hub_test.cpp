// How a group of threads ends when one of its members does not do its part.

#include "comm/thread_hub.h"

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include "comm/rank_error.h"
#include "comm/thread_communicator.h"
#include "tests/comm/byte_pattern.h"
#include "tests/support/run_ranks.h"

namespace tessera::testing {
namespace {

using namespace std::chrono_literals;
using comm::Communicator;
using comm::RankError;
using comm::Receive;
using comm::Send;
using ::testing::HasSubstr;

constexpr auto kShort = 50ms;
constexpr auto kLong =
    std::chrono::minutes(10);  // a test that waits for it runs into CTest's limit

struct Seen {
  bool failed = false;
  std::string operation;
  int peer = -2;
  double seconds = 0;
  std::string text;
};

/// What every rank gets to see of a RankError.
std::vector<Seen> seen_by_ranks(int ranks, std::chrono::nanoseconds deadline,
                                const RankProgram& program) {
  std::vector<Seen> all;
  for (const auto& error : errors_of_ranks(ranks, program, {.deadline = deadline, .set_up = {}})) {
    Seen seen;
    try {
      if (error) std::rethrow_exception(error);
    } catch (const RankError& found) {
      seen = {true, found.operation(), found.peer(), found.seconds(), found.what()};
    } catch (const std::exception& own) {
      seen.text = own.what();
    }
    all.push_back(seen);
  }
  return all;
}

/// Every collective by name, each with 16 bytes per rank.
void call(Communicator& world, const std::string& operation) {
  Bytes mine(16), all(16 * static_cast<std::size_t>(world.size()));
  std::vector<comm::MemorySpan> parts;
  for (std::size_t i = 0; i < static_cast<std::size_t>(world.size()); ++i) {
    parts.push_back({all.data() + 16 * i, 16});
  }
  if (operation == "barrier") world.barrier();
  if (operation == "broadcast") world.broadcast(span_of(mine), 0);
  if (operation == "all_gather") world.all_gather(const_span_of(mine), span_of(all));
  if (operation == "gather") world.gather(const_span_of(mine), parts, 0);
  if (operation == "split") world.split(0, 0);
}

void exchange_with(Communicator& world, int peer, std::size_t out, std::size_t in) {
  const Bytes sent(out);
  Bytes received(in);
  const std::vector<Send> sends{{peer, const_span_of(sent)}};
  const std::vector<Receive> receives{{peer, span_of(received)}};
  world.exchange(sends, receives);
}

class EveryCollective : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryCollective, NamesTheSilentRankAtItsDeadline) {
  auto silent = comm::make_thread_ranks(3, kShort);
  std::thread peer([&] { EXPECT_THROW(call(*silent[2], GetParam()), RankError); });
  try {
    call(*silent[0], GetParam());
    ADD_FAILURE() << "no error";
  } catch (const RankError& error) {
    EXPECT_EQ(error.operation(), GetParam());
    EXPECT_EQ(error.peer(), 1);
    EXPECT_LT(error.seconds(), 20);
  }
  peer.join();
}

TEST_P(EveryCollective, FailsAtOnceWhenARankThrows) {
  const auto seen = seen_by_ranks(4, kLong, [&](Communicator& world) {
    if (world.rank() == 2) throw std::runtime_error("out of memory");
    call(world, GetParam());
  });
  for (const int rank : {0, 1, 3}) {
    const Seen& peer = seen[static_cast<std::size_t>(rank)];
    EXPECT_TRUE(peer.failed);
    EXPECT_EQ(peer.operation, GetParam());
    EXPECT_EQ(peer.peer, 2) << peer.text;
    EXPECT_THAT(peer.text, HasSubstr("rank 2 left the group"));
  }
  EXPECT_EQ(seen[2].text, "out of memory");
}

TEST_P(EveryCollective, RefusesAnotherOperationOfAPeer) {
  const std::string other = GetParam() == std::string("barrier") ? "gather" : "barrier";
  const auto seen = seen_by_ranks(
      3, kLong, [&](Communicator& world) { call(world, world.rank() == 1 ? other : GetParam()); });
  for (const Seen& rank : seen) EXPECT_TRUE(rank.failed);
}

INSTANTIATE_TEST_SUITE_P(All, EveryCollective,
                         ::testing::Values("barrier", "broadcast", "all_gather", "gather", "split"),
                         [](const auto& operation) { return std::string(operation.param); });

TEST(ThreadHub, NamesThePeerThatDoesNotAnswerAnExchange) {
  auto ranks = comm::make_thread_ranks(3, kShort);
  try {
    exchange_with(*ranks[0], 2, 8, 8);
    ADD_FAILURE() << "no error";
  } catch (const RankError& error) {
    EXPECT_EQ(error.operation(), "exchange");
    EXPECT_EQ(error.peer(), 2);
    EXPECT_GE(error.seconds(), 0.05);
  }
}

TEST(ThreadHub, NamesMembersOfAPartByTheirRanksInTheJob) {
  const auto seen = seen_by_ranks(5, kLong, [](Communicator& world) {
    const auto part = world.split(world.rank() == 0 ? -1 : 0, -world.rank());  // 4, 3, 2, 1
    if (world.rank() == 4) throw std::runtime_error("out of memory");
    if (world.rank() == 3) exchange_with(*part, 0, 8, 8);
  });
  EXPECT_EQ(seen[3].peer, 4);
  EXPECT_THAT(seen[3].text, HasSubstr("rank 4 left the group"));
}

TEST(ThreadHub, FailsAnExchangeAtOnceWhenThePeerThrows) {
  const auto seen = seen_by_ranks(3, kLong, [](Communicator& world) {
    if (world.rank() == 2) throw std::runtime_error("out of memory");
    if (world.rank() == 0) exchange_with(world, 2, 8, 8);
  });
  EXPECT_EQ(seen[0].peer, 2);
  EXPECT_FALSE(seen[1].failed);
}

TEST(ThreadHub, LetsAFailureInOnePartReachTheOthersThroughTheirOwnPeers) {
  const auto seen = seen_by_ranks(4, kLong, [](Communicator& world) {
    const auto pair = world.split(world.rank() / 2, 0);
    if (world.rank() == 0) throw std::runtime_error("out of memory");
    if (world.rank() == 1) pair->barrier();
    world.barrier();
  });
  EXPECT_EQ(seen[1].peer, 0);
  EXPECT_TRUE(seen[2].failed);
  EXPECT_TRUE(seen[3].failed);
}

TEST(ThreadHub, RefusesUnequalSizesAndRoots) {
  const auto differing = [](Communicator& world) {
    Bytes data(world.rank() == 1 ? 12 : 16);
    world.broadcast(span_of(data), 0);
  };
  const auto seen = seen_by_ranks(2, kLong, differing);
  EXPECT_EQ(seen[0].peer, 1);
  EXPECT_EQ(seen[1].peer, 0);
  EXPECT_THAT(seen[0].text, AllOf(HasSubstr("12"), HasSubstr("16")));
  const auto roots = seen_by_ranks(2, kLong, [](Communicator& world) {
    Bytes data(16);
    world.broadcast(span_of(data), world.rank());
  });
  EXPECT_THAT(roots[0].text, HasSubstr("root"));
}

TEST(ThreadHub, RefusesAGatherWithoutRoomForAPart) {
  const auto seen = seen_by_ranks(2, kLong, [](Communicator& world) {
    const Bytes mine(world.rank() == 1 ? 12 : 16);
    Bytes a(16), b(16);
    const std::vector<comm::MemorySpan> all{span_of(a), span_of(b)};
    world.gather(const_span_of(mine), all, 0);
  });
  EXPECT_EQ(seen[0].peer, 1);
  EXPECT_THAT(seen[0].text, HasSubstr("contributes 12 bytes, the root has room for 16"));
}

TEST(ThreadHub, RefusesTransfersOfDifferentLength) {
  const auto seen = seen_by_ranks(2, kLong, [](Communicator& world) {
    exchange_with(world, 1 - world.rank(), 8, world.rank() == 0 ? 8 : 7);
  });
  EXPECT_THAT(seen[0].text, HasSubstr("rank 0 sends 8 bytes, rank 1 expects 7"));
  EXPECT_TRUE(seen[1].failed);
}

TEST(ThreadHub, RefusesACollectiveWhileAPeerWaitsInAnExchange) {
  const auto seen = seen_by_ranks(2, kLong, [](Communicator& world) {
    if (world.rank() == 0) exchange_with(world, 1, 8, 8);
    if (world.rank() == 1) world.barrier();
  });
  EXPECT_TRUE(seen[0].failed);
  EXPECT_TRUE(seen[1].failed);
}

TEST(ThreadHub, StaysBrokenAfterAFailure) {
  auto ranks = comm::make_thread_ranks(2, kShort);
  EXPECT_THROW(ranks[0]->barrier(), RankError);
  EXPECT_THROW(ranks[1]->barrier(), RankError);
  EXPECT_THROW(exchange_with(*ranks[0], 1, 1, 1), RankError);
}

}  // namespace
}  // namespace tessera::testing
