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

/// What rank 0 has besides its worker. Made in the start-up: its files may not be creatable.
struct RootPart {
  RootPart(const PreparedRender& render, const RunOutputs& outputs, Console& console)
      : writer(outputs.make_writer()),
        events(outputs.run().root()),
        report(render.plan, outputs.run().root() / "report.json"),
        view(render.plan, ProgressView::settle(render.config.job.progress, console), console) {}

  std::unique_ptr<coordinator::OutputWriter> writer;
  coordinator::EventLog events;
  coordinator::RunReport report;
  ProgressView view;
};

/// Rank 0 drives the run.
int drive(const PreparedRender& render, RootPart& root, coordinator::CommandExchange& exchange,
          Console& console) {
  coordinator::Cascade cascade(render.plan, exchange, *root.writer,
                               {&root.events, &root.report, &root.view},
                               idle_period(fixed_deadline(render.config.job)));
  const int exit_code = cascade.run();
  if (exit_code == 0) {
    for (const std::string& line : summary_lines(render.plan, root.report)) console.note(line);
  }
  return exit_code;
}

}  // namespace

int run_render(const PreparedRender& render, RunOutputs* outputs, RankSession& session,
               StartupExchange& startup, const RankLog& log, Console& console) {
  std::optional<RootPart> root;
  std::optional<worker::Worker> worker;
  // Apart from the worker, whose communicators all ranks split together.
  startup.on_root([&] { root.emplace(render, *outputs, console); });
  startup.on_all([&] {
    worker.emplace(render.plan.task, session.world(),
                   [&root](int item, int stage, storage::RowBand rows) {
                     root->writer->put_rows(item, stage, rows);
                   });
  });
  startup.on_all([&] { load_models(*worker, log, console); });
  coordinator::CommandDeadline deadline(render.plan, session.deadline(),
                                        fixed_deadline(render.config.job));
  coordinator::CommandExchange exchange(session.world(),
                                        coordinator::CascadeState(render.plan.task),
                                        logged(*worker, log), &deadline);
  const int exit_code =
      root ? drive(render, *root, exchange, console) : coordinator::serve_commands(exchange);
  log.info("ends with exit code " + std::to_string(exit_code));
  return exit_code;
}

}  // namespace tessera::launch
