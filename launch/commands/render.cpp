#include "launch/commands/render.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "coordinator/event_log.h"
#include "coordinator/memory_check.h"
#include "launch/environment.h"
#include "launch/existing_items.h"
#include "launch/host_memory.h"
#include "launch/prepared_render.h"
#include "launch/render_run.h"
#include "launch/run_outputs.h"
#include "launch/run_summary.h"
#include "launch/signal_inbox.h"
#include "launch/slurm_job.h"
#include "launch/start_exchange.h"
#include "launch/startup_exchange.h"
#include "launch/stop_requests.h"
#include "launch/time_limit.h"
#include "launch/usage_error.h"
#include "storage/storage_error.h"

namespace tessera::launch {
namespace {

RankLog open_log(const std::filesystem::path& directory, int rank,
                 configs::JobConfig::LogLevel level) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    throw storage::CannotCreateError(directory.string() + ": cannot create the folder: " +
                                     error.message() + ". Choose another log.directory.");
  }
  return {directory, rank, level};
}

/// Every rank looks at its own host.
void check_memory_here(PreparedRender& render) {
  const auto available = available_memory();
  if (!available) return;
  const auto warning = coordinator::check_memory(render.plan, *available, ranks_on_host());
  if (warning) render.warnings.push_back(*warning);
}

void tell_warnings(const PreparedRender& render, const RankLog& log, Console& console) {
  for (const std::string& warning : render.warnings) {
    console.warning(warning);
    log.warning(warning);
  }
}

/// What an earlier start left, as far as users should know it.
void tell_history(const RunOutputs& outputs, const RankLog& log, Console& console) {
  const auto warn = [&](const std::string& warning) {
    console.warning(warning);
    log.warning(warning);
  };
  const std::string& holder = outputs.lock_taken_from();
  coordinator::EventLog(outputs.run().root(), warn)
      .note_findings({holder, outputs.history().rejected});
  if (!holder.empty()) {
    const std::string told = "the lock of " + holder + " is taken over, since that has ended";
    console.note(told);
    log.info(told);
  }
  for (const std::string& reason : outputs.history().rejected) {
    warn("a checkpoint is damaged and passed over: " + reason);
  }
  for (const std::string& warning : outputs.history().warnings) warn(warning);
}

/// Where a run that has something left to do goes on.
void tell_start(const RunHistory& history, const RankLog& log, Console& console) {
  const storage::CheckpointProgress& at = history.checkpoint->progress;
  const std::string told = "goes on from " + history.checkpoint_file.string() + ": item " +
                           std::to_string(at.item) + ", stage " + std::to_string(at.stage) +
                           ", step " + std::to_string(at.next_step) + " of " +
                           std::to_string(at.steps);
  console.note(told);
  log.info(told);
}

/// Rank 0 looks at the file and the clock, every rank at its signals.
StopRequests::Options stop_options(const PreparedRender& render, const RunOutputs* outputs,
                                   const RankLog& log, Console& console) {
  const configs::CheckpointConfig& checkpoint = render.config.job.checkpoint;
  StopRequests::Options options;
  options.on_usr1 = checkpoint.on_usr1;
  options.time_margin_seconds = checkpoint.time_margin_seconds;
  if (outputs == nullptr) return options;
  options.stop_file = outputs->run().stop_file();
  const TimeLimit limit =
      settle_time_limit(checkpoint, slurm_job_of_environment(), run_slurm_command);
  options.time_left_seconds = limit.seconds_left;
  if (!limit.warning.empty()) {
    console.warning(limit.warning);
    log.warning(limit.warning);
  }
  return options;
}

/// What rank 0 decided about the begin of the run.
coordinator::RunStart first_start(const RunOutputs& outputs, const RenderRequest& request) {
  coordinator::RunStart start = outputs.start();
  if (start.from_checkpoint() && !request.trace_file.empty()) {
    throw UsageError(
        "--trace: the run goes on from a checkpoint, so its trace would lack the begin. Start over "
        "with --resume never.");
  }
  return start;
}

/// Where and what a rank writes, once the run folder is settled.
std::unique_ptr<RunOutputs> open_outputs(const CommandLine& line, const PreparedRender& prepared,
                                         RankSession& session, StartupExchange& startup,
                                         RankLog& log) {
  std::unique_ptr<RunOutputs> outputs;
  const std::string log_directory = startup.text_of_root([&] {
    outputs = std::make_unique<RunOutputs>(prepared, line.render);
    return outputs->log_directory().string();
  });
  startup.on_all([&] {
    log = open_log(log_directory, session.rank(), prepared.config.job.log.level);
    log.info("rank " + std::to_string(session.rank()) + " of " + std::to_string(session.size()) +
             ", " + std::to_string(prepared.plan.task.cpu_threads) + " threads");
  });
  return outputs;
}

}  // namespace

int render(const CommandLine& line, RankSession& session, SignalInbox& inbox, RankLog& log,
           Console& console) {
  StartupExchange startup(session.world());
  PreparedRender prepared = prepare_render(line, session, startup, console);
  if (line.render.depth == RenderRequest::Depth::PlanOnly) {
    tell_warnings(prepared, log, console);
    startup.on_root([&] {
      for (const std::string& text : plan_lines(prepared.plan)) console.result(text);
    });
    return 0;
  }
  startup.on_all([&] { check_memory_here(prepared); });
  const std::unique_ptr<RunOutputs> outputs = open_outputs(line, prepared, session, startup, log);
  session.on_watchdog_report([&log](const std::string& text) { log.error(text); });
  tell_warnings(prepared, log, console);
  startup.on_root([&] {
    tell_history(*outputs, log, console);
    for (const auto& file : outputs->finished_containers()) console.result(file.string());
  });
  const int due = leave_complete_items(outputs.get(), prepared, startup, log, console);
  int exit_code = 0;
  if (due == 0) {
    console.note("every picture of the run is there; nothing is left to do");
    startup.on_root([&] { outputs->record_complete(); });
  } else {
    const coordinator::RunStart start =
        share_start(startup, [&] { return first_start(*outputs, line.render); });
    if (outputs && start.from_checkpoint()) tell_start(outputs->history(), log, console);
    StopRequests requests(inbox, stop_options(prepared, outputs.get(), log, console));
    exit_code =
        run_render({prepared, start, requests}, outputs.get(), session, startup, log, console);
  }
  if (exit_code == 0) {
    startup.on_root([&] {
      if (const auto copy = outputs->copy_final_picture()) console.result(copy->string());
    });
  }
  session.on_watchdog_report(nullptr);
  return exit_code;
}

}  // namespace tessera::launch
