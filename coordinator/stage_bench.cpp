#include "coordinator/stage_bench.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "coordinator/bytes_of.h"
#include "coordinator/command_cost.h"
#include "coordinator/command_text.h"
#include "worker/flop_count.h"

namespace tessera::coordinator {
namespace {

using worker::Command;
using worker::CommandKind;
using worker::Outcome;

/// Executes commands on all ranks, which all issue the same ones, and exchanges their outcomes.
class BenchRun {
 public:
  BenchRun(const RenderPlan& plan, comm::Communicator& control, const ExecuteCommand& execute,
           CommandDeadline& deadline)
      : plan_(plan), control_(control), execute_(execute), deadline_(deadline) {}

  std::vector<Outcome> run(CommandKind kind, int stage, int step) {
    Command command;
    command.kind = kind;
    command.serial = ++serial_;
    command.item = plan_.task.items.front().index;
    command.stage = stage;
    command.step = step;
    deadline_.begin(command);
    const Outcome mine = execute_(command);
    deadline_.begin_exchange(command);
    std::vector<Outcome> outcomes(static_cast<std::size_t>(control_.size()));
    control_.all_gather(bytes_of(mine), writable_bytes_of(outcomes));
    deadline_.end(command, outcomes);
    check(command, outcomes);
    return outcomes;
  }

  /// FLOP of a step, of all ranks together.
  double count_flop(int stage, int step) {
    const double mine = worker::count_flop_of([&] { run(CommandKind::Step, stage, step); });
    std::vector<double> all(static_cast<std::size_t>(control_.size()));
    control_.all_gather(bytes_of(mine), writable_bytes_of(all));
    return std::accumulate(all.begin(), all.end(), 0.0);
  }

 private:
  static void check(const Command& command, const std::vector<Outcome>& outcomes) {
    for (std::size_t rank = 0; rank < outcomes.size(); ++rank) {
      if (outcomes[rank].exit_code == 0) continue;
      throw std::runtime_error("rank " + std::to_string(rank) + ", " + describe(command) + ": " +
                               std::string(outcomes[rank].message_text()));
    }
  }

  const RenderPlan& plan_;
  comm::Communicator& control_;
  const ExecuteCommand& execute_;
  CommandDeadline& deadline_;
  std::uint32_t serial_ = 0;
};

double slowest(const std::vector<Outcome>& outcomes) {
  double seconds = 0;
  for (const Outcome& outcome : outcomes) seconds = std::max(seconds, outcome.step_seconds);
  return seconds;
}

class StageBench {
 public:
  StageBench(BenchRun& run, const RenderPlan& plan, int stage, BenchRepeats repeats)
      : run_(run),
        stage_(plan.task.stages.at(static_cast<std::size_t>(stage))),
        working_(working_ranks(plan, {CommandKind::Step, 0, 0, stage})),
        repeats_(repeats) {
    timings_.stage = stage;
  }

  StageTimings measure() {
    timings_.transition = slowest(run_.run(CommandKind::BeginStage, stage_.stage, 0));
    const bool dilates =
        stage_.dilation.area() > 1 && stage_.dilated_until_step > stage_.first_step;
    if (dilates) timings_.dilated_steps = time_steps(first_step());
    wait_seconds_ = step_seconds_ = 0;
    timings_.step_bytes = 0;
    timings_.steps = time_steps(stage_.steps - 1);
    timings_.step_flop = run_.count_flop(stage_.stage, stage_.steps - 1);
    timings_.wait_share = step_seconds_ > 0 ? wait_seconds_ / working_ / step_seconds_ : 0;
    const std::vector<Outcome> decoded = run_.run(CommandKind::EndStage, stage_.stage, 0);
    timings_.decode = slowest(decoded);
    for (const Outcome& outcome : decoded) {
      timings_.memory_peak = std::max(timings_.memory_peak, outcome.memory_peak);
    }
    return timings_;
  }

 private:
  int first_step() const { return std::min(stage_.first_step, stage_.steps - 1); }

  /// The same step again and again: its cost does not depend on the latents.
  std::vector<double> time_steps(int step) {
    std::vector<double> seconds;
    for (int k = 0; k < repeats_.warmup + repeats_.repeats; ++k) {
      const std::vector<Outcome> outcomes = run_.run(CommandKind::Step, stage_.stage, step);
      if (k < repeats_.warmup) continue;
      seconds.push_back(slowest(outcomes));
      step_seconds_ += seconds.back();
      for (const Outcome& outcome : outcomes) {
        // A rank without a strip waits for nobody.
        if (outcome.unet_seconds > 0) wait_seconds_ += outcome.wait_seconds;
        timings_.step_bytes = std::max(timings_.step_bytes, outcome.bytes_sent);
      }
    }
    return seconds;
  }

  BenchRun& run_;
  const worker::StagePlan& stage_;
  int working_;
  BenchRepeats repeats_;
  StageTimings timings_;
  double step_seconds_ = 0;
  double wait_seconds_ = 0;
};

}  // namespace

std::vector<StageTimings> bench_stages(const RenderPlan& plan, comm::Communicator& control,
                                       const ExecuteCommand& execute, CommandDeadline& deadline,
                                       BenchRepeats repeats) {
  BenchRun run(plan, control, execute, deadline);
  run.run(CommandKind::BeginItem, 0, 0);
  std::vector<StageTimings> stages;
  for (const worker::StagePlan& stage : plan.task.stages) {
    stages.push_back(StageBench(run, plan, stage.stage, repeats).measure());
  }
  run.run(CommandKind::EndItem, 0, 0);
  return stages;
}

}  // namespace tessera::coordinator
