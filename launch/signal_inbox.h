#pragma once

#include <cstdint>
#include <memory>

namespace tessera::launch {

/// Catches the signals by which users, launchers and batch systems talk to a running job.
///
/// While it lives, USR1, USR2, INT and TERM only leave a note, on whichever thread they arrive, and
/// interrupted system calls go on. A second INT ends the process at once with exit code 130; so
/// does a TERM that comes later than kSameTerminateMs after the first of the two, since batch
/// systems send the first one more than once. PIPE and XFSZ are ignored, so that a closed pipe and
/// a file beyond its limit are errors of the call that writes.
class SignalInbox {
 public:
  enum Signal : std::uint32_t { kUsr1 = 1, kUsr2 = 2, kInterrupt = 4, kTerminate = 8 };

  static constexpr std::int64_t kSameTerminateMs = 2000;

  /// Installs the handlers; at most one object at a time.
  SignalInbox();
  /// Restores what was installed before.
  ~SignalInbox();
  SignalInbox(const SignalInbox&) = delete;
  SignalInbox& operator=(const SignalInbox&) = delete;

  /// Bits of Signal: what arrived since the last call. Any thread.
  std::uint32_t take();

 private:
  struct Before;
  std::unique_ptr<const Before> before_;  ///< the handlers to restore
};

}  // namespace tessera::launch
