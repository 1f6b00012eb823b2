#pragma once

#include <exception>

namespace tessera::launch {

/// Exit codes of the program, the same on all ranks (docs, "Exit codes"). Codes of launchers and
/// of the system (1, 137, 139, 205) are never ours.
enum ExitCode : int {
  kDone = 0,
  kUsage = 2,     ///< usage, configuration, run folder locked
  kBadData = 65,  ///< model, image or record
  kInputMissing = 66,
  kUnavailable = 69,  ///< a rank, device or host did not answer
  kInternal = 70,     ///< please report
  kOutOfMemory = 71,
  kCannotCreate = 73,  ///< an output exists or cannot be created
  kIoError = 74,
  kStopped = 75,  ///< on request, checkpoint written: run again
  kResumeRefused = 76,
};

/// The code that an error ends the program with, by its type.
int exit_code_of(const std::exception& error);

}  // namespace tessera::launch
