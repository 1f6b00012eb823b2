#include "launch/stop_requests.h"

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "worker/outcome.h"

namespace tessera::launch {
namespace {

using OnUsr1 = configs::CheckpointConfig::OnUsr1;

constexpr std::chrono::seconds kBetweenLooks(1);
constexpr double kLongestSeconds = 1e8;  // more would overflow the clock

std::chrono::nanoseconds nanoseconds_of(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(std::min(seconds, kLongestSeconds)));
}

}  // namespace

StopRequests::StopRequests(SignalInbox& inbox, Options options)
    : inbox_(inbox), options_(std::move(options)), next_look_(options_.now()) {
  if (options_.time_left_seconds) {
    limit_ = options_.now() + nanoseconds_of(*options_.time_left_seconds);
  }
}

std::uint32_t StopRequests::poll() {
  requests_ &= worker::kRequestStop;
  read_signals();
  if ((requests_ & worker::kRequestStop) == 0) {
    look_for_file();
    look_at_clock();
  }
  return requests_;
}

void StopRequests::ask(std::uint32_t request, const std::string& reason) {
  const bool stops = (requests_ & worker::kRequestStop) != 0;
  requests_ |= request;
  if (!stops) reason_ = reason;
}

void StopRequests::read_signals() {
  const std::uint32_t signals = inbox_.take();
  if ((signals & SignalInbox::kInterrupt) != 0) ask(worker::kRequestStop, "signal INT");
  if ((signals & SignalInbox::kTerminate) != 0) ask(worker::kRequestStop, "signal TERM");
  if ((signals & SignalInbox::kUsr1) != 0) {
    const bool stops = options_.on_usr1 == OnUsr1::CheckpointStop;
    ask(stops ? worker::kRequestStop : worker::kRequestCheckpoint, "signal USR1");
  }
  if ((signals & SignalInbox::kUsr2) != 0) ask(worker::kRequestCheckpoint, "signal USR2");
}

void StopRequests::look_for_file() {
  if (options_.stop_file.empty() || options_.now() < next_look_) return;
  next_look_ = options_.now() + kBetweenLooks;
  std::error_code unseen;  // a file that cannot be seen asks for nothing
  if (!std::filesystem::exists(options_.stop_file, unseen)) return;
  file_asked_ = true;
  ask(worker::kRequestStop, "file STOP");
}

void StopRequests::look_at_clock() {
  if (!limit_ || !step_done_) return;
  const std::chrono::duration<double> left = *limit_ - options_.now();
  if (left.count() > options_.time_margin_seconds) return;
  const long long seconds = std::max(0LL, std::llround(left.count()));
  ask(worker::kRequestStop, "time limit: " + std::to_string(seconds) + " s left");
}

void StopRequests::consume_stop_file() {
  if (file_asked_) discard_stop_file();
}

void StopRequests::discard_stop_file() {
  if (options_.stop_file.empty()) return;
  std::error_code kept;  // the next start then stops again, and says why
  std::filesystem::remove(options_.stop_file, kept);
  file_asked_ = false;
}

}  // namespace tessera::launch
