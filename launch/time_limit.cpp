#include "launch/time_limit.h"

#include <cmath>

namespace tessera::launch {
namespace {

std::string seconds_text(double seconds) { return std::to_string(std::llround(seconds)) + " s"; }

TimeLimit limit_of_job(const SlurmJob& job, const RunCommand& run) {
  SlurmTimeLeft left = slurm_time_left(job, run);
  if (left.problem.empty()) return {left.seconds, ""};
  return {{},
          "checkpoint.time_limit: the time that Slurm job " + job.id +
              " has left is not known: " + left.problem +
              ". The run will not stop by itself before its end; set checkpoint.time_limit to a "
              "time, or to none."};
}

}  // namespace

TimeLimit settle_time_limit(const configs::CheckpointConfig& checkpoint,
                            const std::optional<SlurmJob>& job, const RunCommand& run) {
  using Source = configs::CheckpointConfig::TimeLimit::Source;
  TimeLimit limit;
  if (checkpoint.time_limit.source == Source::Fixed) {
    limit.seconds_left = checkpoint.time_limit.seconds;
  } else if (checkpoint.time_limit.source == Source::Auto && job) {
    limit = limit_of_job(*job, run);
  }
  if (limit.seconds_left && *limit.seconds_left <= checkpoint.time_margin_seconds) {
    limit.warning = "checkpoint.time_margin: the run must end in " +
                    seconds_text(*limit.seconds_left) + ", within the margin of " +
                    seconds_text(checkpoint.time_margin_seconds) +
                    ": every start stops after its first step. Use a smaller margin or more time.";
  }
  return limit;
}

}  // namespace tessera::launch
