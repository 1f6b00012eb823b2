#include "launch/stop_requests.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "tests/storage/temporary_folder.h"
#include "worker/outcome.h"

namespace tessera::launch {
namespace {

using worker::kRequestCheckpoint;
using worker::kRequestNothing;
using worker::kRequestStop;
using OnUsr1 = configs::CheckpointConfig::OnUsr1;

/// Requests with a clock that the test sets.
struct Desk {
  explicit Desk(StopRequests::Options options)
      : requests(inbox, [&] {
          options.now = [this] { return now; };
          return options;
        }()) {}

  StopRequests::Clock::time_point now{std::chrono::hours(1)};
  SignalInbox inbox;
  StopRequests requests;
};

TEST(StopRequests, AskForNothingBySelf) {
  Desk desk({});
  EXPECT_EQ(desk.requests.poll(), kRequestNothing);
  EXPECT_EQ(desk.requests.reason(), "");
}

TEST(StopRequests, NameTheSignalThatAskedToStop) {
  for (const auto& [signal, reason] :
       {std::pair{SIGUSR1, "signal USR1"}, {SIGINT, "signal INT"}, {SIGTERM, "signal TERM"}}) {
    Desk desk({});
    ::raise(signal);
    EXPECT_EQ(desk.requests.poll(), kRequestStop) << reason;
    EXPECT_EQ(desk.requests.reason(), reason);
    EXPECT_EQ(desk.requests.poll(), kRequestStop) << "a stop stays asked for";
  }
}

TEST(StopRequests, AskForACheckpointOnce) {
  Desk desk({});
  ::raise(SIGUSR2);
  EXPECT_EQ(desk.requests.poll(), kRequestCheckpoint);
  EXPECT_EQ(desk.requests.reason(), "signal USR2");
  EXPECT_EQ(desk.requests.poll(), kRequestNothing);
}

TEST(StopRequests, TakeUsr1AsTheKeySays) {
  Desk desk({.on_usr1 = OnUsr1::Checkpoint});
  ::raise(SIGUSR1);
  EXPECT_EQ(desk.requests.poll(), kRequestCheckpoint);
}

TEST(StopRequests, KeepTheReasonOfTheStop) {
  Desk desk({});
  ::raise(SIGUSR1);
  desk.requests.poll();
  ::raise(SIGUSR2);
  EXPECT_EQ(desk.requests.poll(), kRequestStop | kRequestCheckpoint);
  EXPECT_EQ(desk.requests.reason(), "signal USR1");
}

TEST(StopRequests, LookForTheFileOncePerSecond) {
  const storage::TemporaryFolder folder;
  Desk desk({.stop_file = folder / "STOP"});
  EXPECT_EQ(desk.requests.poll(), kRequestNothing);
  folder.put("STOP", "");
  desk.now += std::chrono::milliseconds(900);
  EXPECT_EQ(desk.requests.poll(), kRequestNothing);
  desk.now += std::chrono::milliseconds(100);
  EXPECT_EQ(desk.requests.poll(), kRequestStop);
  EXPECT_EQ(desk.requests.reason(), "file STOP");
}

TEST(StopRequests, RemoveTheFileOnceItWasObeyed) {
  const storage::TemporaryFolder folder;
  folder.put("STOP", "");
  Desk desk({.stop_file = folder / "STOP"});
  EXPECT_EQ(desk.requests.poll(), kRequestStop);
  EXPECT_TRUE(std::filesystem::exists(folder / "STOP"));
  desk.requests.consume_stop_file();
  EXPECT_FALSE(std::filesystem::exists(folder / "STOP"));
}

TEST(StopRequests, LeaveAFileThatDidNotAsk) {
  const storage::TemporaryFolder folder;
  Desk desk({.stop_file = folder / "STOP"});
  ::raise(SIGTERM);
  desk.requests.poll();
  folder.put("STOP", "");
  desk.requests.consume_stop_file();
  EXPECT_TRUE(std::filesystem::exists(folder / "STOP"));
}

TEST(StopRequests, RemoveTheFileThatCameTooLateForARunThatIsDone) {
  const storage::TemporaryFolder folder;
  Desk desk({.stop_file = folder / "STOP"});
  desk.requests.poll();
  folder.put("STOP", "");
  EXPECT_EQ(desk.requests.poll(), kRequestNothing);
  desk.requests.discard_stop_file();
  EXPECT_FALSE(std::filesystem::exists(folder / "STOP"));
}

TEST(StopRequests, StopTheMarginBeforeTheLimit) {
  Desk desk({.time_left_seconds = 1000, .time_margin_seconds = 300});
  desk.requests.note_step();
  desk.now += std::chrono::seconds(699);
  EXPECT_EQ(desk.requests.poll(), kRequestNothing);
  desk.now += std::chrono::seconds(11);
  EXPECT_EQ(desk.requests.poll(), kRequestStop);
  EXPECT_EQ(desk.requests.reason(), "time limit: 290 s left");
}

TEST(StopRequests, LetALimitThatIsReachedWaitForTheFirstStep) {
  Desk desk({.time_left_seconds = 0});
  EXPECT_EQ(desk.requests.poll(), kRequestNothing);
  desk.requests.note_step();
  EXPECT_EQ(desk.requests.poll(), kRequestStop);
  EXPECT_EQ(desk.requests.reason(), "time limit: 0 s left");
}

TEST(StopRequests, TakeALimitWithoutEnd) {
  Desk desk({.time_left_seconds = 1e300});
  desk.requests.note_step();
  EXPECT_EQ(desk.requests.poll(), kRequestNothing);
}

}  // namespace
}  // namespace tessera::launch
