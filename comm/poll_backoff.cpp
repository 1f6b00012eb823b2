#include "comm/poll_backoff.h"

#include <thread>

namespace tessera::comm {
namespace {

using namespace std::chrono_literals;

constexpr auto kYieldFor = 200us;
constexpr auto kSleep = 50us;

}  // namespace

void PollBackoff::progress() { last_progress_ = Clock::now(); }

void PollBackoff::pause() {
  if (Clock::now() - last_progress_ < kYieldFor) {
    std::this_thread::yield();
  } else {
    std::this_thread::sleep_for(kSleep);
  }
}

}  // namespace tessera::comm
