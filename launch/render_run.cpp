#include "launch/render_run.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <utility>

#include "comm/exit_code.h"
#include "coordinator/cascade.h"
#include "coordinator/checkpointer.h"
#include "coordinator/command_deadline.h"
#include "coordinator/command_exchange.h"
#include "coordinator/command_text.h"
#include "coordinator/event_log.h"
#include "coordinator/manifest_log.h"
#include "coordinator/run_report.h"
#include "launch/progress_view.h"
#include "launch/run_summary.h"
#include "launch/startup_failure.h"
#include "worker/worker.h"

namespace tessera::launch {
namespace {

namespace fs = std::filesystem;
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

coordinator::ExecuteCommand logged(worker::Worker& worker, StopRequests& requests,
                                   const RankLog& log) {
  return [&worker, &requests, &log](const worker::Command& command) {
    worker::Outcome outcome = worker.execute(command);
    const bool done = outcome.exit_code == 0;
    if (done && command.kind == worker::CommandKind::Step) requests.note_step();
    outcome.requests = requests.poll();
    const std::string text(outcome.message_text());
    const std::string what = coordinator::describe(command);
    if (!done) {
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

/// Leaves the checkpoints of items that earlier starts left unfinished, but for the one that this
/// start goes on with.
storage::CheckpointWriter checkpoint_writer(const RenderJob& job, const RunOutputs& outputs) {
  storage::CheckpointWriter writer(outputs.run().checkpoints(),
                                   job.render.config.job.checkpoint.keep);
  std::set<int> spared = outputs.history().unfinished;
  if (job.start.from_checkpoint()) spared.erase(job.start.start.position.item);
  writer.spare(std::move(spared));
  return writer;
}

/// What rank 0 has besides its worker. Made in the start-up: its files may not be creatable.
struct RootPart {
  RootPart(const RenderJob& job, const RunOutputs& outputs, const RankLog& log, Console& console)
      : patience(coordinator::file_patience(fixed_deadline(job.render.config.job))),
        writer(outputs.make_writer(patience)),
        events(outputs.run().root(),
               [&log, &console](const std::string& text) {
                 log.warning(text);
                 console.warning(text);
               }),
        report(job.render.plan, outputs.run().root() / "report.json", &events),
        idle_starts(outputs.manifest().idle_starts),
        manifest(outputs.manifest(), outputs.run()),
        checkpointer(
            outputs.checkpoint_base(), job.render.plan.task, checkpoint_writer(job, outputs),
            [this] { return manifest.manifest().outputs(); }, patience),
        view(job.render.plan, ProgressView::settle(job.render.config.job.progress, console),
             console) {}

  coordinator::FilePatience patience;
  std::unique_ptr<coordinator::OutputWriter> writer;
  coordinator::EventLog events;
  coordinator::RunReport report;
  int idle_starts;
  coordinator::ManifestLog manifest;
  coordinator::Checkpointer checkpointer;
  ProgressView view;
};

/// The end of a stage holds its latents as those the sampler stands at.
std::vector<storage::CheckpointStage> finished_stages(const storage::CheckpointData& checkpoint) {
  std::vector<storage::CheckpointStage> stages = checkpoint.stages;
  if (checkpoint.progress.at_stage_end()) {
    stages.push_back({checkpoint.progress.stage, checkpoint.x});
  }
  return stages;
}

/// Rank 0 drives the run.
int drive(const RenderJob& job, const RunOutputs& outputs, RootPart& root,
          coordinator::CommandExchange& exchange, Console& console) {
  const PreparedRender& render = job.render;
  coordinator::RunSaving saving;
  saving.checkpointer = &root.checkpointer;
  saving.config = render.config.job.checkpoint;
  saving.idle_starts = root.idle_starts;
  saving.stop_reason = [&job](int rank) {
    return rank == 0 ? job.requests.reason() : "a signal to rank " + std::to_string(rank);
  };
  if (job.start.from_checkpoint()) {
    saving.resumed_at = job.start.start.position;
    root.checkpointer.adopt(job.start.start.position.item,
                            finished_stages(*outputs.history().checkpoint));
  }
  coordinator::Cascade cascade(render.plan, exchange, *root.writer,
                               {&root.manifest, &root.events, &root.report, &root.view}, saving,
                               idle_period(fixed_deadline(render.config.job)));
  const int exit_code = cascade.run();
  if (exit_code == comm::kStopped) {
    job.requests.consume_stop_file();
    console.note("stopped on request (" + cascade.summary().stop_reason +
                 "). To go on: tessera resume " + outputs.run().root().string());
  }
  if (exit_code == 0) {
    job.requests.discard_stop_file();
    for (const std::string& line : summary_lines(render.plan, root.report)) console.note(line);
  }
  return exit_code;
}

coordinator::CascadeState first_state(const worker::RenderTask& task,
                                      const coordinator::RunStart& start) {
  return start.from_checkpoint() ? coordinator::CascadeState(task, start.start)
                                 : coordinator::CascadeState(task);
}

}  // namespace

int run_render(const RenderJob& job, RunOutputs* outputs, RankSession& session,
               StartupExchange& startup, const RankLog& log, Console& console) {
  const PreparedRender& render = job.render;
  std::optional<RootPart> root;
  std::optional<worker::Worker> worker;
  // Apart from the worker, whose communicators all ranks split together.
  startup.on_root([&] {
    root.emplace(job, *outputs, log, console);
    const bool resumed = job.start.from_checkpoint();
    root->events.begin_run(render.plan.task.grid.world,
                           resumed ? outputs->history().checkpoint_file : fs::path());
  });
  startup.on_all([&] {
    worker.emplace(
        render.plan.task, session.world(),
        [&root](int item, int stage, storage::RowBand rows) {
          root->writer->put_rows(item, stage, rows);
        },
        [&root](worker::StageSnapshot snapshot) { root->checkpointer.keep(std::move(snapshot)); });
    worker->restore(job.start.snapshots);
  });
  startup.on_all([&] { load_models(*worker, log, console); });
  coordinator::CommandDeadline deadline(render.plan, session.deadline(),
                                        fixed_deadline(render.config.job));
  coordinator::CommandExchange exchange(session.world(), first_state(render.plan.task, job.start),
                                        logged(*worker, job.requests, log), &deadline);
  const int exit_code =
      root ? drive(job, *outputs, *root, exchange, console) : coordinator::serve_commands(exchange);
  log.info("ends with exit code " + std::to_string(exit_code));
  return exit_code;
}

}  // namespace tessera::launch
