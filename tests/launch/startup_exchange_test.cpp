#include "launch/startup_exchange.h"

#include <gmock/gmock.h>

#include "configs/config_error.h"
#include "launch/startup_failure.h"
#include "storage/storage_error.h"
#include "tests/support/run_ranks.h"

namespace tessera::launch {
namespace {

/// Runs `step` on ranks and checks that all leave with this code.
template <typename Step>
void expect_all_leave(int ranks, int exit_code, const std::string& message, Step step) {
  tessera::testing::run_ranks(ranks, [&](comm::Communicator& world) {
    StartupExchange startup(world);
    try {
      step(startup, world.rank());
      ADD_FAILURE() << "rank " << world.rank() << " went on";
    } catch (const StartupFailure& failure) {
      EXPECT_EQ(failure.exit_code(), exit_code);
      EXPECT_EQ(std::string(failure.what()), message);
    }
  });
}

class StartupRanks : public ::testing::TestWithParam<int> {};

TEST_P(StartupRanks, LeaveTogetherWhenRankZeroFails) {
  expect_all_leave(GetParam(), 2, "no such key", [](StartupExchange& startup, int) {
    startup.text_of_root([]() -> std::string { throw configs::ConfigError("no such key"); });
  });
}

TEST_P(StartupRanks, LeaveTogetherWhenTheLastFails) {
  const int last = GetParam() - 1;
  const std::string origin = last > 0 ? "[r" + std::to_string(last) + "] " : "";
  expect_all_leave(GetParam(), 66, origin + "no weights",
                   [last](StartupExchange& startup, int rank) {
                     startup.on_all([&] {
                       if (rank == last) throw storage::MissingFileError("no weights");
                     });
                   });
}

TEST_P(StartupRanks, ShareTheTextOfRankZero) {
  const std::string text(100'000, 'x');
  tessera::testing::run_ranks(GetParam(), [&](comm::Communicator& world) {
    EXPECT_EQ(StartupExchange(world).text_of_root([&] { return text; }), text);
  });
}

TEST_P(StartupRanks, GoOnWhenAllHoldTheSame) {
  tessera::testing::run_ranks(GetParam(), [&](comm::Communicator& world) {
    EXPECT_NO_THROW(StartupExchange(world).same_on_all("plan", "abc"));
  });
}

INSTANTIATE_TEST_SUITE_P(Counts, StartupRanks, ::testing::Values(1, 2, 3, 5));

TEST(StartupExchange, NamesTheRankThatDiffers) {
  tessera::testing::run_ranks(3, [&](comm::Communicator& world) {
    try {
      StartupExchange(world).same_on_all("plan", world.rank() == 2 ? "b" : "a");
      ADD_FAILURE() << "went on";
    } catch (const StartupFailure& failure) {
      EXPECT_EQ(failure.exit_code(), 70);
      EXPECT_THAT(failure.what(), ::testing::HasSubstr("about the plan: "));
    }
  });
}

TEST(StartupExchange, KeepsLongMessagesOfRankZeroWholeThere) {
  const std::string text(2000, 'x');
  tessera::testing::run_ranks(2, [&](comm::Communicator& world) {
    try {
      StartupExchange(world).on_root([&] { throw configs::ConfigError(text); });
      ADD_FAILURE() << "went on";
    } catch (const StartupFailure& failure) {
      if (world.rank() == 0) {
        EXPECT_EQ(std::string(failure.what()), text);
      }
    }
  });
}

}  // namespace
}  // namespace tessera::launch
