#include "launch/render_run.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "coordinator/cascade.h"
#include "coordinator/command_deadline.h"
#include "coordinator/command_exchange.h"
#include "coordinator/command_text.h"
#include "coordinator/event_log.h"
#include "coordinator/run_report.h"
#include "launch/progress_view.h"
#include "launch/run_summary.h"
#include "launch/startup_failure.h"
#include "worker/worker.h"

namespace tessera::launch {
namespace {

using std::chrono::nanoseconds;

constexpr std::chrono::milliseconds kIdlePeriod(5000);

std::optional<nanoseconds> fixed_deadline(const configs::JobConfig& job) {
  if (!job.distributed.deadline_seconds) return std::nullopt;
  return std::chrono::duration_cast<nanoseconds>(
      std::chrono::duration<double>(*job.distributed.deadline_seconds));
}

/// A quarter of the shortest deadline.
std::chrono::milliseconds idle_period(const std::optional<nanoseconds>& deadline) {
  if (!deadline) return kIdlePeriod;
  const auto quarter = std::chrono::duration_cast<std::chrono::milliseconds>(*deadline / 4);
  return std::clamp(quarter, std::chrono::milliseconds(1), kIdlePeriod);
}

void load_models(worker::Worker& worker, const RankLog& log, Console& console) {
  const worker::Outcome outcome = worker.load_models();
  const std::string text(outcome.message_text());
  if (outcome.exit_code != 0) throw StartupFailure(outcome.exit_code, text);
  if (!text.empty()) {
    log.warning(text);
    console.warning(text);
  }
  log.info("model loaded in " + std::to_string(outcome.step_seconds) + " s");
}

coordinator::ExecuteCommand logged(worker::Worker& worker, const RankLog& log) {
  return [&worker, &log](const worker::Command& command) {
    const worker::Outcome outcome = worker.execute(command);
    const std::string text(outcome.message_text());
    const std::string what = coordinator::describe(command);
    if (outcome.exit_code != 0) {
      log.error(what + ": " + text);
    } else if (!text.empty()) {
      log.warning(what + ": " + text);
    } else {
      log.debug(what + " took " + std::to_string(outcome.step_seconds) + " s, of which waiting " +
                std::to_string(outcome.wait_seconds) + " s");
    }
    return outcome;
  };
}

/// Rank 0 drives the run.
int drive(const PreparedRender& render, const RunOutputs& outputs,
          coordinator::CommandExchange& exchange, coordinator::OutputWriter& writer,
          Console& console) {
  const auto form = ProgressView::settle(render.config.job.progress, console);
  ProgressView view(render.plan, form, console);
  coordinator::EventLog events(outputs.run().root());
  coordinator::RunReport report(render.plan, outputs.run().root() / "report.json");
  coordinator::Cascade cascade(render.plan, exchange, writer, {&events, &report, &view},
                               idle_period(fixed_deadline(render.config.job)));
  const int exit_code = cascade.run();
  if (exit_code == 0) {
    for (const std::string& line : summary_lines(render.plan, report)) console.note(line);
  }
  return exit_code;
}

}  // namespace

int run_render(const PreparedRender& render, RunOutputs* outputs, RankSession& session,
               StartupExchange& startup, const RankLog& log, Console& console) {
  std::unique_ptr<coordinator::OutputWriter> writer;
  std::optional<worker::Worker> worker;
  startup.on_all([&] {
    if (outputs != nullptr) writer = outputs->make_writer();
    worker.emplace(render.plan.task, session.world(),
                   [&writer](int item, int stage, storage::RowBand rows) {
                     writer->put_rows(item, stage, rows);
                   });
  });
  startup.on_all([&] { load_models(*worker, log, console); });
  coordinator::CommandDeadline deadline(render.plan, session.deadline(),
                                        fixed_deadline(render.config.job));
  coordinator::CommandExchange exchange(session.world(),
                                        coordinator::CascadeState(render.plan.task),
                                        logged(*worker, log), &deadline);
  const int exit_code = outputs != nullptr ? drive(render, *outputs, exchange, *writer, console)
                                           : coordinator::serve_commands(exchange);
  log.info("ends with exit code " + std::to_string(exit_code));
  return exit_code;
}

}  // namespace tessera::launch
