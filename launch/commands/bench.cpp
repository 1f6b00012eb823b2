#include "launch/commands/bench.h"

#include <optional>

#include "coordinator/command_deadline.h"
#include "coordinator/link_bench.h"
#include "coordinator/machine_calibration.h"
#include "coordinator/stage_bench.h"
#include "launch/bench_text.h"
#include "launch/cpu_threads.h"
#include "launch/environment.h"
#include "launch/host_memory.h"
#include "launch/prepared_render.h"
#include "launch/startup_exchange.h"
#include "launch/startup_failure.h"
#include "storage/text_file.h"
#include "worker/model_outline.h"
#include "worker/worker.h"

namespace tessera::launch {
namespace {

void load(worker::Worker& worker) {
  const worker::Outcome outcome = worker.load_models();
  if (outcome.exit_code != 0) {
    throw StartupFailure(outcome.exit_code, std::string(outcome.message_text()));
  }
}

std::vector<coordinator::StageTimings> time_stages(const coordinator::RenderPlan& plan,
                                                   const BenchRequest& request,
                                                   RankSession& session, StartupExchange& startup) {
  std::optional<worker::Worker> worker;
  startup.on_all(
      [&] { worker.emplace(plan.task, session.world(), [](int, int, storage::RowBand) {}); });
  startup.on_all([&] { load(*worker); });
  coordinator::CommandDeadline deadline(plan, session.deadline(), std::nullopt);
  return coordinator::bench_stages(
      plan, session.world(),
      [&](const worker::Command& command) { return worker->execute(command); }, deadline,
      request.repeats);
}

BenchResult forecast_for(BenchResult result, const PreparedRender& render,
                         const worker::ModelOutline& model, const configs::LinkRate& link,
                         int ranks_here) {
  coordinator::TimedHost host;
  host.threads_per_rank = render.plan.task.cpu_threads;
  host.cores = host.threads_per_rank * ranks_here;
  host.memory_bytes = available_memory().value_or(0);
  host.link = link;
  result.machine = coordinator::calibrated_machine(result.kernels, host);
  result.forecast = coordinator::forecast_job(render.config.job, model, result.machine,
                                              {render.plan.task.grid.world, ranks_here});
  result.forecast.plan.task.cpu_threads = host.threads_per_rank;
  return result;
}

/// No time depends on the prompt.
CommandLine with_prompt(CommandLine line) {
  auto& options = line.options.options;
  options.insert(options.begin(), {"prompt", {"a measured picture"}, "tessera bench"});
  return line;
}

void show(const BenchResult& result, const BenchRequest& request, Console& console) {
  for (const std::string& text : bench_lines(result)) console.result(text);
  if (!request.json_file.empty()) storage::write_text(request.json_file, bench_json(result));
  if (!request.machine_file.empty()) {
    storage::write_text(request.machine_file, configs::machine_as_yaml(result.machine));
  }
}

}  // namespace

void bench(const CommandLine& line, RankSession& session, Console& console) {
  StartupExchange startup(session.world());
  PreparedRender render = prepare_render(with_prompt(line), session, startup, console);
  render.plan.task.model.weights = line.bench.weights;
  for (const std::string& warning : render.warnings) console.warning(warning);
  BenchResult result;
  // All ranks at once: they share the memory and, with turbo clocks, the power of their host.
  result.kernels = worker::time_kernels(
      render.model,
      {render.plan.task.cpu_threads, line.bench.repeats.warmup, line.bench.repeats.repeats});
  const configs::LinkRate link =
      coordinator::measure_link(session.world(), line.bench.repeats.repeats);
  result.stages = time_stages(render.plan, line.bench, session, startup);
  startup.on_root([&] {
    show(forecast_for(std::move(result), render, render.model, link, ranks_on_host()), line.bench,
         console);
  });
}

}  // namespace tessera::launch
