#pragma once

namespace tessera::comm {

/// Exit codes of the program, the same on all ranks (README, "Exit code"). Those of launchers and
/// of the system (1, 137, 139, 205) are never ours.
enum ExitCode : int {
  kDone = 0,
  kUsage = 2,     ///< usage, configuration, run directory locked
  kBadData = 65,  ///< model, image, checkpoint or record
  kInputMissing = 66,
  kUnavailable = 69,  ///< a rank, device or host did not answer
  kInternal = 70,     ///< please report
  kOutOfMemory = 71,
  kCannotCreate = 73,  ///< an output exists or cannot be created
  kIoError = 74,
  kStopped = 75,  ///< on request, checkpoint written: run again
  kResumeRefused = 76,
  kInterrupted = 130,  ///< a second time: aborted at once, as a shell reports INT
};

}  // namespace tessera::comm
