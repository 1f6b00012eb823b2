#include "comm/watchdog.h"

#include <gmock/gmock.h>

#include <future>
#include <vector>

#include "comm/operation.h"

namespace tessera::comm {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// Collects what a watchdog reports and when it aborts.
class Observed {
 public:
  Watchdog::Actions actions() {
    return {[this](const std::string& line) { lines_.push_back(line); },
            [this](int exit_code) {
              aborted_.set_value(exit_code);
              return true;
            }};
  }

  /// The code given to abort; a test whose watchdog never acts fails here.
  int wait_for_abort() {
    auto code = aborted_.get_future();
    if (code.wait_for(20s) != std::future_status::ready) return -1;
    return code.get();
  }
  bool aborted_within(std::chrono::milliseconds time) {
    return aborted_.get_future().wait_for(time) == std::future_status::ready;
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
  std::promise<int> aborted_;
};

TEST(Watchdog, AbortsWithTheCodeForALostRankAndNamesOperationAndPeer) {
  Observed observed;
  Watchdog watchdog(observed.actions(), 1ms, 1ms);
  watchdog.begin("exchange", 2, Watchdog::Clock::now() + 10ms);
  EXPECT_EQ(observed.wait_for_abort(), 69);
  EXPECT_THAT(observed.lines().front(), HasSubstr("exchange with rank 2 has not ended after 0.0"));
}

TEST(Watchdog, ReportsTheLastSixteenOperations) {
  Observed observed;
  Watchdog watchdog(observed.actions(), 1ms, 1ms);
  for (int i = 0; i < 20; ++i) {
    watchdog.end(watchdog.begin("barrier", -1, Watchdog::Clock::now() + 1h));
  }
  watchdog.begin("gather", 0, Watchdog::Clock::now());
  ASSERT_EQ(observed.wait_for_abort(), 69);
  ASSERT_EQ(observed.lines().size(), 1 + Watchdog::kHistory);
  EXPECT_THAT(observed.lines()[1],
              AllOf(HasSubstr("operation 6: barrier, begun"), HasSubstr("took")));
  EXPECT_THAT(observed.lines().back(),
              AllOf(HasSubstr("operation 21: gather with rank 0"), HasSubstr("still open")));
}

TEST(Watchdog, LeavesFinishedAndTimelyOperationsAlone) {
  Observed observed;
  Watchdog watchdog(observed.actions(), 0ms, 1ms);
  watchdog.end(watchdog.begin("barrier", -1, Watchdog::Clock::now()));
  watchdog.begin("barrier", -1, Watchdog::Clock::now() + 1h);
  EXPECT_FALSE(observed.aborted_within(50ms));
}

TEST(Watchdog, GivesTheMainThreadTheGraceToReportByItself) {
  Observed observed;
  Watchdog watchdog(observed.actions(), 1h, 1ms);
  watchdog.begin("barrier", -1, Watchdog::Clock::now());
  EXPECT_FALSE(observed.aborted_within(50ms));
}

TEST(Watchdog, SeesTheOperationsOfACommunicator) {
  Observed observed;
  const auto watchdog = std::make_shared<Watchdog>(observed.actions(), 1ms, 1ms);
  TrafficCounters traffic;
  const Operation stuck("broadcast", 0, {std::make_shared<DeadlineSource>(5ms), watchdog}, traffic);
  EXPECT_EQ(observed.wait_for_abort(), 69);
}

TEST(WatchdogDeathTest, LeavesByExitWhenTheTransportIsBusy) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto stuck_inside_the_transport = [] {
    Watchdog watchdog({[](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); },
                       [](int) { return false; }},
                      0ms, 1ms);
    watchdog.begin("barrier", -1, Watchdog::Clock::now());
    std::promise<void>().get_future().wait_for(20s);
  };
  EXPECT_EXIT(stuck_inside_the_transport(), ::testing::ExitedWithCode(69), "inside the transport");
}

}  // namespace
}  // namespace tessera::comm
