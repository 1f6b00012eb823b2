#include "launch/commands/render.h"

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "coordinator/memory_check.h"
#include "launch/environment.h"
#include "launch/existing_items.h"
#include "launch/host_memory.h"
#include "launch/prepared_render.h"
#include "launch/render_run.h"
#include "launch/run_outputs.h"
#include "launch/run_summary.h"
#include "launch/startup_exchange.h"
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

}  // namespace

int render(const CommandLine& line, RankSession& session, RankLog& log, Console& console) {
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
  session.on_watchdog_report([&log](const std::string& text) { log.error(text); });
  tell_warnings(prepared, log, console);
  const int due = leave_complete_items(outputs.get(), prepared, startup, log, console);
  const int exit_code =
      due == 0 ? 0 : run_render(prepared, outputs.get(), session, startup, log, console);
  if (exit_code == 0) {
    startup.on_root([&] {
      if (const auto copy = outputs->copy_final_picture()) console.result(copy->string());
    });
  }
  session.on_watchdog_report(nullptr);
  return exit_code;
}

}  // namespace tessera::launch
