#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "configs/checkpoint_config.h"
#include "launch/signal_inbox.h"

namespace tessera::launch {

/// Turns signals, the file STOP and the time limit into requests for the coordinator.
///
/// Every rank has one and polls it once per command; the file and the clock are looked at by the
/// rank whose options name them, which is rank 0. The clock asks for nothing before this start has
/// done a step. Not thread-safe.
class StopRequests {
 public:
  using Clock = std::chrono::steady_clock;

  struct Options {
    configs::CheckpointConfig::OnUsr1 on_usr1 = configs::CheckpointConfig::OnUsr1::CheckpointStop;
    std::filesystem::path stop_file = {};  ///< RUN/STOP; empty: not looked for
    std::optional<double> time_left_seconds =
        {};                            ///< until the run must have ended; empty: no limit
    double time_margin_seconds = 300;  ///< stop so long before
    std::function<Clock::time_point()> now = &Clock::now;
  };

  /// The time left counts from here. \param inbox  outlives the object.
  StopRequests(SignalInbox& inbox, Options options);

  /// Bits of worker::Request. A checkpoint is asked for once, a stop by every call from the first
  /// one on. Looks for the file at most once a second.
  std::uint32_t poll();

  /// This start has done a step, so that the clock counts from the next poll on: a limit that is
  /// too short for more still lets every start get on.
  void note_step() { step_done_ = true; }

  /// What asked last, a stop before a checkpoint: "signal USR1", "file STOP", "time limit: 290 s
  /// left". Empty before the first request.
  const std::string& reason() const { return reason_; }

  /// The stop has been made: removes the file if it was what asked, so that the next start goes on.
  void consume_stop_file();

  /// The run is done: removes the file even if it came too late to be seen, for the same reason.
  void discard_stop_file();

 private:
  void ask(std::uint32_t request, const std::string& reason);
  void read_signals();
  void look_for_file();
  void look_at_clock();

  SignalInbox& inbox_;
  Options options_;
  std::optional<Clock::time_point> limit_;
  Clock::time_point next_look_;
  bool file_asked_ = false;
  bool step_done_ = false;
  std::uint32_t requests_ = 0;
  std::string reason_;
};

}  // namespace tessera::launch
