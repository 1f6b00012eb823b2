#include "launch/slurm_job.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <system_error>

#include "launch/environment.h"

namespace tessera::launch {
namespace {

constexpr std::chrono::seconds kPatience(20);
constexpr std::string_view kRestart = " restart ";

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

SlurmJob job_of_lock(const std::string& lock_name) {
  const std::size_t at = lock_name.find(kRestart);
  if (at == std::string::npos) return {lock_name, 0};
  return {lock_name.substr(0, at),
          whole_number(std::string_view(lock_name).substr(at + kRestart.size())).value_or(0)};
}

/// Lines without the spaces around them; squeue pads its columns.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos) continue;
    lines.push_back(line.substr(first, line.find_last_not_of(" \t\r") - first + 1));
  }
  return lines;
}

std::string problem_of(const ChildOutput& output) {
  switch (output.end) {
    case ChildOutput::End::NotFound:
      return "squeue is not installed here";
    case ChildOutput::End::TimedOut:
      return "squeue did not answer within " + std::to_string(kPatience.count()) + " s";
    case ChildOutput::End::Exited:
      break;
  }
  const std::vector<std::string> lines = lines_of(output.text);
  return "squeue ended with code " + std::to_string(output.exit_code) +
         (lines.empty() ? "" : ": " + lines.back());
}

bool is_alive(const std::string& state) {
  constexpr std::array<std::string_view, 8> kAlive{"RUNNING",   "COMPLETING", "CONFIGURING",
                                                   "SUSPENDED", "STOPPED",    "STAGE_OUT",
                                                   "SIGNALING", "RESIZING"};
  return std::find(kAlive.begin(), kAlive.end(), state) != kAlive.end();
}

}  // namespace

std::string SlurmJob::lock_name() const {
  return restarts == 0 ? id : id + std::string(kRestart) + std::to_string(restarts);
}

std::optional<SlurmJob> slurm_job_of_environment() {
  const auto id = variable("SLURM_JOB_ID");
  if (!id || id->empty()) return std::nullopt;
  return SlurmJob{*id, whole_number(variable("SLURM_RESTART_COUNT").value_or("")).value_or(0)};
}

ChildOutput run_slurm_command(const std::vector<std::string>& command) {
  return run_for_output(command, kPatience);
}

std::optional<double> parse_slurm_time(std::string_view text) {
  const std::size_t dash = text.find('-');
  double days = 0;
  if (dash != std::string_view::npos) {
    const auto count = whole_number(text.substr(0, dash));
    if (!count) return std::nullopt;
    days = *count;
    text.remove_prefix(dash + 1);
  }
  double seconds = 0;
  int fields = 0;
  for (;; ++fields) {
    const std::size_t colon = text.find(':');
    const auto number = whole_number(text.substr(0, colon));
    if (!number || fields == 3) return std::nullopt;
    seconds = seconds * 60 + *number;
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
  }
  // After days Slurm writes all three fields.
  if (dash != std::string_view::npos && fields != 2) return std::nullopt;
  return days * 86'400 + seconds;
}

SlurmTimeLeft slurm_time_left(const SlurmJob& job, const RunCommand& run) {
  const ChildOutput output = run({"squeue", "-h", "-j", job.id, "-o", "%L"});
  if (output.end != ChildOutput::End::Exited || output.exit_code != 0) {
    return {{}, problem_of(output)};
  }
  const std::vector<std::string> lines = lines_of(output.text);
  if (lines.empty()) return {{}, "squeue knows no job " + job.id};
  if (lines.back() == "UNLIMITED") return {};
  const std::optional<double> seconds = parse_slurm_time(lines.back());
  if (!seconds) return {{}, "squeue says \"" + lines.back() + "\""};
  return {seconds, ""};
}

bool slurm_job_has_ended(const std::string& lock_name, const std::optional<SlurmJob>& self,
                         const RunCommand& run) {
  const SlurmJob holder = job_of_lock(lock_name);
  if (self && self->id == holder.id) return holder.restarts < self->restarts;
  if (!whole_number(holder.id)) return false;
  const ChildOutput output = run({"squeue", "-h", "-j", holder.id, "-t", "all", "-o", "%T"});
  if (output.end != ChildOutput::End::Exited) return false;
  // A job that finished some minutes ago is forgotten.
  if (output.exit_code != 0) {
    return output.text.find("Invalid job id specified") != std::string::npos;
  }
  const std::vector<std::string> states = lines_of(output.text);
  return std::none_of(states.begin(), states.end(), is_alive);
}

}  // namespace tessera::launch
