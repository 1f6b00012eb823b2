#include "tests/support/run_ranks.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "comm/rank_error.h"

namespace tessera::testing {
namespace {

TEST(RunRanks, GivesEveryRankItsPlaceAfterItsSetUp) {
  std::atomic<int> prepared = 0, sum = 0;
  run_ranks(4,
            [&](comm::Communicator& world) {
              world.barrier();
              EXPECT_EQ(prepared, 4);
              EXPECT_EQ(world.size(), 4);
              sum += world.rank();
            },
            {.set_up = [&](int) { ++prepared; }});
  EXPECT_EQ(sum, 6);
}

// The rank's own error, not what its peers see of it, however the threads are scheduled.
TEST(RunRanks, NamesTheRankThatThrewAndKeepsItsError) {
  try {
    run_ranks(5, [](comm::Communicator& world) {
      const auto part = world.split(0, 0);
      if (world.rank() == 3) throw std::out_of_range("no such strip");
      part->barrier();
    });
    FAIL() << "no error";
  } catch (const RankFailure& failure) {
    EXPECT_EQ(failure.rank(), 3);
    EXPECT_STREQ(failure.what(), "rank 3: no such strip");
    EXPECT_THROW(std::rethrow_exception(failure.cause()), std::out_of_range);
  }
}

TEST(RunRanks, ReturnsTheErrorOfEachRank) {
  const auto errors = errors_of_ranks(2, [](comm::Communicator& world) {
    if (world.rank() == 0) throw std::out_of_range("no such strip");
  });
  EXPECT_THROW(std::rethrow_exception(errors[0]), std::out_of_range);
  EXPECT_EQ(errors[1], nullptr);
}

}  // namespace
}  // namespace tessera::testing
