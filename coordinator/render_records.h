#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "partition/extent.h"
#include "storage/checkpoint_data.h"
#include "worker/command.h"
#include "worker/outcome.h"

namespace tessera::coordinator {

/// One command that all ranks have executed. Idle commands are not recorded.
struct CommandRecord {
  worker::Command command;
  double seconds = 0;       ///< wall time on rank 0, the exchange of outcomes included
  double since_start = 0;   ///< wall time from the start of the run to the end of the command
  double progress = 0;      ///< predicted share of the whole run that is done, 0..1, never falls
  double eta_seconds = -1;  ///< predicted time left, < 0 while unknown
  /// By rank; valid during the call. A message with exit code 0 is a warning for the user.
  std::span<const worker::Outcome> outcomes;
};

/// One picture, frame of a clip or container that is complete under its final name.
struct FrameRecord {
  static constexpr int kPicture = -1;
  static constexpr int kContainer = -2;

  int item = 0;
  int stage = 0;
  std::filesystem::path path;
  partition::Extent image;
  std::uint64_t file_bytes = 0;
  std::string digest;  ///< SHA-256 of the file
  double since_start = 0;
  int frame = kPicture;  ///< from 0 on of a clip
};

/// How the writing of one checkpoint ended.
struct CheckpointRecord {
  storage::CheckpointProgress progress;
  std::filesystem::path path;  ///< empty after a failure
  std::uint64_t file_bytes = 0;
  double seconds = 0;  ///< from the snapshot to the file, off the path of the steps
  double since_start = 0;
  std::string error;  ///< why there is no file; older ones are as they were

  bool written() const { return error.empty(); }
};

/// What a start found amiss in its run directory and goes on without.
struct RunFindings {
  std::string lock_taken_from;        ///< the dead holder of the lock, or ""
  std::vector<std::string> rejected;  ///< damaged checkpoints passed over: name and reason
};

/// The first wish of any rank that the run saves its state and stops.
struct StopRequest {
  int rank = 0;
  std::string reason;
  double since_start = 0;
};

/// Why the run ends early.
struct FailureRecord {
  int rank = 0;  ///< the first failing one
  int exit_code = 0;
  std::string message;
  worker::Command command;  ///< what the ranks were executing
};

struct RunSummary {
  int exit_code = 0;
  double seconds = 0;
  int items_done = 0;
  int steps_done = 0;
  std::string stop_reason;  ///< with exit code 75: who asked for it
  std::vector<FrameRecord> frames;
};

}  // namespace tessera::coordinator
