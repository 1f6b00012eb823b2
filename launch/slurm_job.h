#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launch/child_output.h"

namespace tessera::launch {

/// The Slurm job that this process belongs to.
struct SlurmJob {
  std::string id;    ///< SLURM_JOB_ID
  int restarts = 0;  ///< how often the job was requeued so far

  /// What the run lock says about its holder: "1234", or "1234 restart 2".
  std::string lock_name() const;
};

/// From SLURM_JOB_ID and SLURM_RESTART_COUNT.
std::optional<SlurmJob> slurm_job_of_environment();

/// Runs a program of Slurm: a command to its output. Tests pass their own.
using RunCommand = std::function<ChildOutput(const std::vector<std::string>&)>;

/// As run_for_output(), with the patience of Slurm's own programs: 20 s.
ChildOutput run_slurm_command(const std::vector<std::string>& command);

/// The time that a job has left.
struct SlurmTimeLeft {
  std::optional<double> seconds;  ///< empty: no limit, or not known
  std::string problem;            ///< why it is not known; empty when it is
};

/// Asks squeue, once.
SlurmTimeLeft slurm_time_left(const SlurmJob& job, const RunCommand& run);

/// Seconds of Slurm's `D-HH:MM:SS`, `HH:MM:SS`, `MM:SS` or `SS`; empty for another text.
std::optional<double> parse_slurm_time(std::string_view text);

/// Whether the job of a lock's holder has ended: it is finished or unknown to Slurm, waits to be
/// started again, or is an earlier start of this very job. False when Slurm cannot be asked.
/// \param lock_name  of the holder. \param self  the job of this process, if any.
bool slurm_job_has_ended(const std::string& lock_name, const std::optional<SlurmJob>& self,
                         const RunCommand& run);

}  // namespace tessera::launch
