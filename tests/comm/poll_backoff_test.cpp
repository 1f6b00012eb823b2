#include "comm/poll_backoff.h"

#include <gtest/gtest.h>

#include <ctime>

namespace tessera::comm {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

TEST(PollBackoff, LeavesTheCoreToOthersDuringALongWait) {
  PollBackoff backoff;
  const double before = cpu_seconds();
  const auto end = Clock::now() + 300ms;
  while (Clock::now() < end) backoff.pause();
  EXPECT_LT(cpu_seconds() - before, 0.15);
}

TEST(PollBackoff, PollsQuicklyRightAfterProgress) {
  PollBackoff backoff;
  const auto end = Clock::now() + 5ms;
  while (Clock::now() < end) backoff.pause();
  auto shortest = Clock::duration::max();
  for (int i = 0; i < 50; ++i) {
    backoff.progress();
    const auto begin = Clock::now();
    backoff.pause();
    shortest = std::min(shortest, Clock::now() - begin);
  }
  EXPECT_LT(shortest, 50us);  // a sleep takes at least that long
}

}  // namespace
}  // namespace tessera::comm
