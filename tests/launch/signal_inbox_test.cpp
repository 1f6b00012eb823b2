#include "launch/signal_inbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include "tests/storage/temporary_folder.h"

namespace tessera::launch {
namespace {

TEST(SignalInbox, KeepsEachSignalUntilItIsTaken) {
  SignalInbox inbox;
  EXPECT_EQ(inbox.take(), 0u);
  ::raise(SIGUSR1);
  ::raise(SIGUSR1);
  ::raise(SIGUSR2);
  EXPECT_EQ(inbox.take(), SignalInbox::kUsr1 | SignalInbox::kUsr2);
  EXPECT_EQ(inbox.take(), 0u);
  ::raise(SIGINT);
  EXPECT_EQ(inbox.take(), SignalInbox::kInterrupt);
}

TEST(SignalInbox, HearsSignalsOfOtherThreads) {
  SignalInbox inbox;
  std::thread([] { ::pthread_kill(::pthread_self(), SIGUSR1); }).join();
  EXPECT_EQ(inbox.take(), SignalInbox::kUsr1);
}

TEST(SignalInbox, LetsSystemCallsGoOn) {
  SignalInbox inbox;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pthread_t reader = ::pthread_self();
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ::pthread_kill(reader, SIGUSR2);  // the reader blocks, most likely
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_EQ(::write(ends[1], "x", 1), 1);
  });
  char byte = 0;
  EXPECT_EQ(::read(ends[0], &byte, 1), 1) << errno;
  writer.join();
  EXPECT_EQ(inbox.take(), SignalInbox::kUsr2);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(SignalInbox, RestoresWhatWasThere) {
  struct sigaction ignored {
  }, during{}, after{};
  ignored.sa_handler = SIG_IGN;
  struct sigaction before {};
  ASSERT_EQ(::sigaction(SIGUSR1, &ignored, &before), 0);
  {
    const SignalInbox inbox;
    ::sigaction(SIGUSR1, nullptr, &during);
    EXPECT_NE(during.sa_handler, SIG_IGN);
    EXPECT_EQ(during.sa_flags & SA_RESTART, SA_RESTART);
  }
  ::sigaction(SIGUSR1, &before, &after);
  EXPECT_EQ(after.sa_handler, SIG_IGN);
}

TEST(SignalInbox, TurnsAClosedPipeIntoAnError) {
  const SignalInbox inbox;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ::close(ends[0]);
  EXPECT_EQ(::write(ends[1], "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
  ::close(ends[1]);
}

/// Writes past the limit of four bytes; true if the calls say so.
bool hears_of_the_limit(const std::filesystem::path& path) {
  const rlimit limit{4, 4};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT, 0600);
  const bool partial = ::write(file, "12345678", 8) == 4;
  return partial && ::write(file, "5", 1) == -1 && errno == EFBIG;
}

TEST(SignalInbox, TurnsAFileBeyondItsLimitIntoAnError) {
  const storage::TemporaryFolder folder;
  EXPECT_EXIT(
      {
        const SignalInbox inbox;
        ::_exit(hears_of_the_limit(folder / "f") ? 7 : 8);
      },
      testing::ExitedWithCode(7), "");
}

TEST(ASecondInterrupt, EndsTheProcess) {
  EXPECT_EXIT(
      {
        const SignalInbox inbox;
        ::raise(SIGINT);
        ::raise(SIGINT);
        ::_exit(0);
      },
      testing::ExitedWithCode(130), "aborted at once. The last checkpoint stays valid");
  EXPECT_EXIT(
      {
        const SignalInbox inbox;
        ::raise(SIGTERM);
        ::raise(SIGINT);
        ::_exit(0);
      },
      testing::ExitedWithCode(130), "aborted at once");
}

TEST(ASecondTerminate, CountsOnlyWhenItComesLater) {
  EXPECT_EXIT(
      {
        SignalInbox inbox;
        ::raise(SIGTERM);
        ::raise(SIGTERM);
        ::_exit(inbox.take() == SignalInbox::kTerminate ? 7 : 8);
      },
      testing::ExitedWithCode(7), "");
  EXPECT_EXIT(
      {
        const SignalInbox inbox;
        ::raise(SIGTERM);
        std::this_thread::sleep_for(std::chrono::milliseconds(SignalInbox::kSameTerminateMs + 50));
        ::raise(SIGTERM);
        ::_exit(0);
      },
      testing::ExitedWithCode(130), "aborted at once");
}

}  // namespace
}  // namespace tessera::launch
