// How a group over NCCL ends when a rank, a link or a call goes wrong: what every rank is told, and
// when.
#include "comm/nccl_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "comm/rank_error.h"
#include "tests/comm/byte_pattern.h"
#include "tests/support/nccl_ranks.h"
#include "tests/support/nccl_shim/faults.h"

namespace tessera::testing {
namespace {

using namespace std::chrono_literals;
using nccl_shim::InjectedFaults;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr auto kDeadline = 600ms;  ///< where an operation is to miss it
constexpr auto kLate = 60s;        ///< a busy machine, still finite

void gather_twice(NcclRank& rank) {
  const Bytes mine = pattern(rank.device.rank(), 1, 256);
  Bytes all(256 * static_cast<std::size_t>(rank.device.size()));
  rank.device.all_gather(const_span_of(mine), span_of(all));
  rank.device.all_gather(const_span_of(mine), span_of(all));
  rank.device.barrier();
}

/// Two messages of unequal lengths with every peer.
void exchange_with_all(NcclRank& rank) {
  const Bytes mine(30);
  std::vector<Bytes> in(2 * static_cast<std::size_t>(rank.device.size()), Bytes(30));
  std::vector<comm::Send> sends;
  std::vector<comm::Receive> receives;
  for (int peer = 0; peer < rank.device.size(); ++peer) {
    if (peer == rank.device.rank()) continue;
    const auto place = 2 * static_cast<std::size_t>(peer);
    for (const std::size_t count : {10U, 20U}) {
      sends.push_back({peer, {mine.data(), count}});
      receives.push_back({peer, {in[place + count / 20].data(), count}});
    }
  }
  rank.device.exchange(sends, receives);
  rank.device.barrier();
}

/// The text of each rank's RankError, and "" where a rank had none; checks the time that it took.
std::vector<std::string> errors_in_time(int ranks, const NcclProgram& program,
                                        const NcclRunOptions& options = {}) {
  const auto begin = std::chrono::steady_clock::now();
  const auto errors = errors_of_nccl_ranks(ranks, program, options);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kLate);
  std::vector<std::string> texts;
  for (const std::exception_ptr& error : errors) {
    try {
      if (error) std::rethrow_exception(error);
      texts.emplace_back();
    } catch (const comm::RankError& failure) {
      texts.emplace_back(failure.what());
    }
  }
  return texts;
}

TEST(NcclFaults, ALostRankMissesTheDeadlineOfItsPeers) {
  const InjectedFaults faults({.lost_rank = 1});
  const auto begin = std::chrono::steady_clock::now();
  const auto errors =
      errors_in_time(3, [](NcclRank& rank) { gather_twice(rank); }, {.deadline = kDeadline});
  // It is lost before NCCL is set up: that is the operation that fails.
  for (const std::string& error : errors) {
    EXPECT_THAT(error, AllOf(HasSubstr("ncclCommInitRankConfig failed after "),
                             HasSubstr("still in progress at the deadline")));
  }
  EXPECT_GE(std::chrono::steady_clock::now() - begin, kDeadline);
}

TEST(NcclFaults, ARankThatIsLostLaterIsNoticedByTheOperationThatNeedsIt) {
  const auto errors = errors_in_time(3, [](NcclRank& rank) {
    gather_twice(rank);
    rank.control.barrier();
    const std::unique_ptr<InjectedFaults> faults(
        rank.control.rank() == 0 ? new InjectedFaults({.lost_rank = 1}) : nullptr);
    rank.control.barrier();
    rank.deadline.set(kDeadline);
    gather_twice(rank);
  });
  for (const std::string& error : errors) {
    EXPECT_THAT(error, AllOf(HasSubstr("all_gather failed after "),
                             HasSubstr("not completed it within the deadline"),
                             HasSubstr("it needs all ranks of the group")));
  }
}

TEST(NcclFaults, ARankThatLeavesIsNoticed) {
  const auto errors = errors_in_time(3, [](NcclRank& rank) {
    if (rank.device.rank() == 2) return;
    rank.deadline.set(kDeadline);
    gather_twice(rank);
  });
  EXPECT_THAT(errors[0], HasSubstr("all_gather failed after "));
  EXPECT_THAT(errors[1], HasSubstr("all_gather failed after "));
  EXPECT_EQ(errors[2], "");
}

TEST(NcclFaults, AnExchangeNamesThePeersThatItNeeds) {
  const auto errors = errors_in_time(3, [](NcclRank& rank) {
    if (rank.device.rank() == 2) return;
    const Bytes mine(16);
    Bytes theirs(16);
    const std::vector<comm::Send> sends{{2, const_span_of(mine)}};
    std::vector<comm::Receive> receives;
    if (rank.device.rank() == 0) receives.push_back({1, span_of(theirs)});
    rank.deadline.set(kDeadline);
    rank.device.exchange(sends, receives);
    rank.device.barrier();
  });
  EXPECT_THAT(errors[0], HasSubstr("it needs rank 1, 2"));
  EXPECT_THAT(errors[1],
              AllOf(HasSubstr("exchange with rank 2 failed after "), HasSubstr("it needs rank 2")));
}

TEST(NcclFaults, ALateRankIsWaitedFor) {
  const InjectedFaults faults({.delayed_rank = 1, .delay = 100ms});
  run_nccl_ranks(3, gather_twice);
}

TEST(NcclFaults, ARankLaterThanTheDeadlineIsNot) {
  const InjectedFaults faults({.delayed_rank = 1, .delay = 3000ms});
  const auto errors = errors_in_time(3, [](NcclRank& rank) {
    rank.deadline.set(kDeadline);
    gather_twice(rank);
  });
  EXPECT_THAT(errors[0], HasSubstr("all_gather failed after "));
  EXPECT_THAT(errors[2], HasSubstr("all_gather failed after "));
}

// Long before the deadline on the rank that NCCL tells; its peers wait for theirs.
TEST(NcclFaults, AnAsynchronousErrorCarriesTheTextOfTheLibrary) {
  const InjectedFaults faults({.failing_rank = 0, .fails_at = 1});
  const auto errors = errors_in_time(2, [](NcclRank& rank) {
    if (rank.device.rank() == 1) rank.deadline.set(3s);
    gather_twice(rank);
  });
  EXPECT_THAT(errors[0], AllOf(HasSubstr("all_gather failed after "),
                               HasSubstr("unhandled system error: socket closed by the "
                                         "substitute library")));
  EXPECT_THAT(errors[1], HasSubstr("all_gather failed after "));
}

TEST(NcclFaults, ACallThatStaysInProgressMissesTheDeadline) {
  const auto errors = errors_in_time(2, [](NcclRank& rank) {
    rank.control.barrier();
    const std::unique_ptr<InjectedFaults> faults(
        rank.control.rank() == 0 ? new InjectedFaults({.in_progress_polls = 1 << 30}) : nullptr);
    rank.control.barrier();
    rank.deadline.set(kDeadline);
    gather_twice(rank);
  });
  for (const std::string& error : errors) {
    EXPECT_THAT(error, AllOf(HasSubstr("all_gather failed after "),
                             HasSubstr("still in progress at the deadline")));
  }
}

TEST(NcclFaults, UnequalCountsAreNamed) {
  const InjectedFaults faults({.short_rank = 1});
  const auto gathered = errors_in_time(3, [](NcclRank& rank) { gather_twice(rank); });
  for (const std::string& error : gathered) {
    EXPECT_THAT(error, AllOf(HasSubstr("all_gather failed after "),
                             HasSubstr("rank 1 calls AllGather of 255 bytes"),
                             HasSubstr("calls AllGather of 256 bytes")));
  }
  const auto exchanged = errors_in_time(3, [](NcclRank& rank) { exchange_with_all(rank); });
  for (const std::string& error : exchanged) {
    EXPECT_THAT(error, AllOf(HasSubstr("exchange failed after "), HasSubstr("rank 1 sends ")));
  }
}

TEST(NcclFaults, AGroupInAnotherOrderOnOneRankIsNamed) {
  run_nccl_ranks(3, exchange_with_all);
  const InjectedFaults faults({.swapped_rank = 1});
  const auto errors = errors_in_time(3, [](NcclRank& rank) { exchange_with_all(rank); });
  for (const std::string& error : errors) {
    EXPECT_THAT(error, AllOf(HasSubstr("exchange failed after "), HasSubstr("invalid usage: rank "),
                             HasSubstr(" expects ")));
  }
}

TEST(NcclFaults, AnotherOperationOnOneRankIsNamed) {
  const auto errors = errors_in_time(2, [](NcclRank& rank) {
    Bytes mine(4), all(8);
    if (rank.device.rank() == 0) rank.device.all_gather(const_span_of(mine), span_of(all));
    if (rank.device.rank() == 1) rank.device.broadcast(span_of(mine), 0);
    rank.device.barrier();
  });
  for (const std::string& error : errors) {
    EXPECT_THAT(error, AllOf(HasSubstr("calls AllGather of 4 bytes"),
                             HasSubstr("calls Broadcast of 4 bytes")));
  }
}

// All communicators of the rank end, so that no stream keeps it from leaving.
TEST(NcclFaults, AfterAFailureEveryOperationOfTheRankIsRefused) {
  const auto errors = errors_in_time(2, [](NcclRank& rank) {
    const auto other = rank.device.split(0, rank.device.rank());
    rank.control.barrier();
    const std::unique_ptr<InjectedFaults> faults(
        rank.control.rank() == 0 ? new InjectedFaults({.lost_rank = 1}) : nullptr);
    rank.control.barrier();
    rank.deadline.set(kDeadline);
    EXPECT_THROW(gather_twice(rank), comm::RankError);
    EXPECT_THROW(rank.device.split(0, 0), comm::RankError);
    other->barrier();
  });
  for (const std::string& error : errors) {
    EXPECT_THAT(error, HasSubstr("an earlier operation failed: "
                                 "all_gather failed after "));
  }
}

}  // namespace
}  // namespace tessera::testing
