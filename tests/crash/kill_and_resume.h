#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/checkpoint_names.h"
#include "tests/cli/run_folder.h"

namespace tessera::crash {

/// What the demo job gives when nobody interrupts it.
struct WholeJob {
  cli::Pictures pictures;
  std::vector<storage::CheckpointName> steps;  ///< where each begins
  std::chrono::microseconds length{0};
};

/// Renders it on one rank. \throws std::runtime_error with its words if it does not end with 0.
WholeJob render_whole_job();

/// Counts over any number of jobs.
struct KillTally {
  int jobs = 0;
  int done = 0;  ///< ended with the pictures of the whole job
  int starts = 0;
  int kills = 0;
  int inside_writes = 0;   ///< kills that left a temporary file
  int damaged = 0;         ///< checkpoints under their final name that do not read
  int steps_again = 0;     ///< steps computed more than once
  double longest_end = 0;  ///< seconds from a kill until no process was left
};

/// All counts on one line.
std::string text_of(const KillTally& tally);

/// Kills the demo job with signal 9 and resumes it on another number of ranks, once or more, until
/// it is done. Fails the test, naming the seed, if a process outlives its job, a checkpoint is
/// damaged, a start does other steps than those after the newest checkpoint, the job does not end,
/// or its pictures or files are not those of the whole job.
void kill_and_resume(const WholeJob& whole, std::uint64_t seed, KillTally& tally);

/// As many jobs with the seeds that follow `first_seed`; prints the counts.
void kill_and_resume_jobs(int jobs, std::uint64_t first_seed);

/// A decimal environment variable, or `otherwise` where it is not set. \throws
/// std::invalid_argument.
std::uint64_t number_from(const char* variable, std::uint64_t otherwise);

}  // namespace tessera::crash
