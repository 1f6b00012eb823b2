#include "launch/signal_inbox.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <string_view>

#include "comm/exit_code.h"

namespace tessera::launch {
namespace {

constexpr std::array kCaught{SIGUSR1, SIGUSR2, SIGINT, SIGTERM};
constexpr std::array kIgnored{SIGPIPE, SIGXFSZ};

// A signal handler has no object: what it writes must be static, and lock-free.
std::atomic<std::uint32_t> arrived{0};
std::atomic<std::int64_t> first_stop_ms{-1};  // when INT or TERM came first; -1: neither yet
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

std::int64_t now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

void abort_now() {
  constexpr std::string_view kText =
      "tessera: interrupted a second time: aborted at once. The last checkpoint stays valid.\n";
  // Nobody is left to hear of a failed write.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kText.data(), kText.size());
  ::_exit(comm::kInterrupted);
}

void note_stop(int signal) {
  const std::int64_t now = now_ms();
  std::int64_t first = -1;
  if (first_stop_ms.compare_exchange_strong(first, now)) return;
  if (signal == SIGINT || now - first > SignalInbox::kSameTerminateMs) abort_now();
}

std::uint32_t bit_of(int signal) {
  switch (signal) {
    case SIGUSR1:
      return SignalInbox::kUsr1;
    case SIGUSR2:
      return SignalInbox::kUsr2;
    case SIGINT:
      return SignalInbox::kInterrupt;
    default:
      return SignalInbox::kTerminate;
  }
}

extern "C" void take_note(int signal) {
  const int error = errno;
  arrived.fetch_or(bit_of(signal));
  if (signal == SIGINT || signal == SIGTERM) note_stop(signal);
  errno = error;
}

}  // namespace

struct SignalInbox::Before {
  std::array<struct sigaction, kCaught.size()> caught{};
  std::array<struct sigaction, kIgnored.size()> ignored{};
};

SignalInbox::SignalInbox() {
  arrived = 0;
  first_stop_ms = -1;
  auto before = std::make_unique<Before>();
  struct sigaction action {};
  ::sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  action.sa_handler = &take_note;
  for (std::size_t i = 0; i < kCaught.size(); ++i) {
    ::sigaction(kCaught[i], &action, &before->caught[i]);
  }
  action.sa_handler = SIG_IGN;
  for (std::size_t i = 0; i < kIgnored.size(); ++i) {
    ::sigaction(kIgnored[i], &action, &before->ignored[i]);
  }
  before_ = std::move(before);
}

SignalInbox::~SignalInbox() {
  for (std::size_t i = 0; i < kCaught.size(); ++i) {
    ::sigaction(kCaught[i], &before_->caught[i], nullptr);
  }
  for (std::size_t i = 0; i < kIgnored.size(); ++i) {
    ::sigaction(kIgnored[i], &before_->ignored[i], nullptr);
  }
}

std::uint32_t SignalInbox::take() { return arrived.exchange(0); }

}  // namespace tessera::launch
