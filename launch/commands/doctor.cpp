#include "launch/commands/doctor.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "comm/exit_code.h"
#include "coordinator/link_bench.h"
#include "launch/formatted_text.h"
#include "launch/host_report.h"
#include "launch/slurm_job.h"
#include "launch/startup_exchange.h"
#include "launch/storage_check.h"
#include "launch/version.h"

namespace tessera::launch {
namespace {

constexpr int kLinkRepeats = 5;

/// The lines of `--version -v` as one.
Finding version_finding() {
  std::istringstream lines(version_text(VersionDetail::Full));
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string joined;
    for (std::string word; words >> word;) joined += (joined.empty() ? "" : " ") + word;
    text += (text.empty() ? "" : ", ") + joined;
  }
  return {Finding::Level::Ok, text};
}

Finding link_finding(const configs::LinkRate& link, int ranks) {
  if (ranks == 1) {
    return {Finding::Level::Skip,
            "links: one rank. Start doctor as the render, with mpirun or srun"};
  }
  return {Finding::Level::Ok,
          formatted("links: %d ranks, %.0f us per operation, %.2f GB/s sent per rank", ranks,
                    1e6 * link.latency_seconds, link.bytes_per_second * 1e-9)};
}

Finding slurm_finding(const std::optional<SlurmJob>& job) {
  if (!job) return {Finding::Level::Skip, "Slurm: not in a job"};
  const SlurmTimeLeft left = slurm_time_left(*job, run_slurm_command);
  const std::string text = "Slurm: job " + job->id;
  if (!left.problem.empty()) {
    return {Finding::Level::Warn,
            text + ", time left unknown: " + left.problem + ". Set checkpoint.time_limit."};
  }
  return {Finding::Level::Ok,
          text + (left.seconds ? formatted(", %.0f s left", *left.seconds) : ", no time limit")};
}

void show(const std::vector<Finding>& findings, CommandLine::Form form, Console& console) {
  if (form != CommandLine::Form::Json) {
    for (const Finding& finding : findings) {
      console.result(formatted("%-5s ", level_name(finding.level)) + finding.text);
    }
    return;
  }
  nlohmann::json list = nlohmann::json::array();
  for (const Finding& finding : findings) {
    list.push_back({{"level", level_name(finding.level)}, {"text", finding.text}});
  }
  console.result(list.dump(2));
}

}  // namespace

int doctor(const CommandLine& line, RankSession& session, Console& console) {
  std::vector<Finding> findings{version_finding()};
  for (const Finding& finding : host_findings(gather_host_reports(session.world()))) {
    findings.push_back(finding);
  }
  const configs::LinkRate link = coordinator::measure_link(session.world(), kLinkRepeats);
  findings.push_back(link_finding(link, session.size()));
  const std::string code = StartupExchange(session.world()).text_of_root([&] {
    findings.push_back(check_storage(line.doctor_folder));
    findings.push_back(slurm_finding(slurm_job_of_environment()));
    show(findings, line.form, console);
    const bool fails = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
      return finding.level == Finding::Level::Fail;
    });
    return std::to_string(fails ? comm::kUnavailable : comm::kDone);
  });
  return std::stoi(code);
}

}  // namespace tessera::launch
