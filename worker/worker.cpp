#include "worker/worker.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "comm/rank_error.h"
#include "worker/checkpoint_state.h"
#include "worker/failure_code.h"
#include "worker/item_state.h"
#include "worker/model_set.h"
#include "worker/picture_rows.h"
#include "worker/stage_groups.h"
#include "worker/stage_run.h"
#include "worker/stage_transition.h"
#include "worker/trace_recorder.h"

namespace tessera::worker {
namespace {

/// A warning about the text of a prompt beyond 77 tokens, cut to `most` bytes, or nothing.
std::string dropped_words(const std::string& name, std::string words, std::size_t most) {
  if (words.empty()) return "";
  if (words.size() > most) {
    while (most > 0 && (static_cast<unsigned char>(words[most]) & 0xC0U) == 0x80U) --most;  // UTF-8
    words = words.substr(0, most) + "...";
  }
  return "the " + name + " is longer than 77 tokens; this part is dropped: \"" + words + "\". ";
}

/// For both prompts, short enough for the message of an outcome.
std::string dropped_words(const ItemState& item) {
  const bool both = !item.dropped_prompt.empty() && !item.dropped_negative.empty();
  const std::size_t most = both ? 170 : 400;
  return dropped_words("prompt", item.dropped_prompt, most) +
         dropped_words("negative prompt", item.dropped_negative, most);
}

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Largest resident size of this process so far.
std::uint64_t memory_peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

class Worker::Impl {
 public:
  Impl(RenderTask task, comm::Communicator& world, PictureRows deliver, KeepSnapshot keep)
      : task_(std::move(task)),
        groups_(task_, world),
        trace_(task_.study.trace_file, task_, groups_),
        deliver_(std::move(deliver)),
        keep_(std::move(keep)) {
    at::set_num_threads(task_.cpu_threads);
  }

  void load(Outcome& outcome) {
    models_ = load_model_set(task_.model);
    std::string warnings;
    for (const std::string& warning : models_->warnings) warnings += warning + ". ";
    outcome.set_message(warnings);
  }

  void restore(std::vector<StageSnapshot> snapshots) { snapshots_ = std::move(snapshots); }

  /// Work that needs no other rank.
  void run_local(const Command& command, Outcome& outcome) {
    if (command.kind == CommandKind::BeginItem) begin(command.item, outcome);
    if (command.kind == CommandKind::EndItem) end_item();
  }

  /// Work whose collectives all ranks have to reach.
  void run_collective(const Command& command, Outcome& outcome) {
    if (command.kind == CommandKind::BeginStage) begin_stage(plan_of(command), outcome);
    if (command.kind == CommandKind::Step && run_) {
      const double before = run_->unet_seconds();
      run_->step(command.step);
      outcome.unet_seconds = run_->unet_seconds() - before;
    }
    if (command.kind == CommandKind::Checkpoint) take_snapshot(plan_of(command), command.step);
    if (command.kind == CommandKind::EndStage) end_stage(plan_of(command), outcome);
  }

  comm::TrafficCounters traffic() const { return groups_.traffic(); }

 private:
  const StagePlan& plan_of(const Command& command) const {
    return task_.stages.at(static_cast<std::size_t>(command.stage));
  }

  void begin(int index, Outcome& outcome) {
    const ItemTask& item = task_.items.at(static_cast<std::size_t>(index));
    const int rank = groups_.rows().rank();
    item_.reset(
        new ItemState(begin_item(task_, item, *models_, predictions_of(task_, rank), trace_)));
    outcome.set_message(dropped_words(*item_));
    transition_.emplace(task_, groups_, *models_, *item_, trace_);
  }

  void begin_stage(const StagePlan& plan, Outcome& outcome) {
    if (!transition_) throw std::logic_error("a stage begins before its item");
    const auto begin = Clock::now();
    StageRun::Start start = start_of(plan);
    below_ = {};
    run_.reset();
    if (groups_.has_strip(plan.stage)) {
      run_.emplace(task_, plan, groups_, *models_, *item_, trace_, std::move(start));
    }
    outcome.vae_seconds = seconds_since(begin);
  }

  StageRun::Start start_of(const StagePlan& plan) {
    const auto stored =
        std::find_if(snapshots_.begin(), snapshots_.end(), [&](const StageSnapshot& snapshot) {
          return snapshot.item == item_->task->index && snapshot.stage == plan.stage;
        });
    if (stored != snapshots_.end()) {
      StageRun::Start start = transition_->restored(plan, *stored);
      snapshots_.erase(stored);
      return start;
    }
    return plan.stage == 0 ? transition_->first_stage(plan) : transition_->next_stage(plan, below_);
  }

  void take_snapshot(const StagePlan& plan, int step) {
    StageSnapshot snapshot{item_->task->index, plan.stage, step, {}, {}};
    snapshot.x = gather_canvas(groups_, plan, run_ ? run_->latents() : at::Tensor());
    if (plan.stage > 0) {
      snapshot.z_up = gather_canvas(groups_, plan, run_ ? run_->upscaled_latents() : at::Tensor());
    }
    if (groups_.rows().rank() == 0 && keep_) keep_(std::move(snapshot));
  }

  void end_stage(const StagePlan& plan, Outcome& outcome) {
    const auto begin = Clock::now();
    const at::Tensor x = run_ ? run_->latents().to(at::kFloat) : at::Tensor();
    run_.reset();
    below_ = finish_stage(plan, groups_, CanvasVae(*models_, groups_), x, trace_);
    outcome.vae_seconds = seconds_since(begin);
    stream_picture(groups_.rows(), below_.image, image_rows(groups_.vae_rows(plan.stage)),
                   item_->task->index, plan.stage, deliver_);
  }

  void end_item() {
    run_.reset();
    transition_.reset();
    below_ = {};
    item_.reset();
    trace_.write();
  }

  RenderTask task_;
  StageGroups groups_;
  TraceRecorder trace_;
  PictureRows deliver_;
  KeepSnapshot keep_;
  std::unique_ptr<ModelSet> models_;
  std::unique_ptr<ItemState> item_;
  std::optional<StageTransition> transition_;
  std::optional<StageRun> run_;
  StageResult below_;
  std::vector<StageSnapshot> snapshots_;  ///< of stages that have yet to begin
};

Worker::Worker(RenderTask task, comm::Communicator& world, PictureRows rows, KeepSnapshot keep)
    : impl_(std::make_unique<Impl>(std::move(task), world, std::move(rows), std::move(keep))) {}
Worker::~Worker() = default;
Worker::Worker(Worker&&) noexcept = default;
Worker& Worker::operator=(Worker&&) noexcept = default;

void Worker::restore(std::vector<StageSnapshot> snapshots) { impl_->restore(std::move(snapshots)); }

Outcome Worker::load_models() {
  Outcome outcome;
  const c10::InferenceMode inference;
  const auto begin = Clock::now();
  try {
    impl_->load(outcome);
  } catch (const std::exception& error) {
    outcome.exit_code = failure_code(error);
    outcome.set_message(failure_text(error));
  }
  outcome.step_seconds = seconds_since(begin);
  outcome.memory_peak = memory_peak_bytes();
  return outcome;
}

Outcome Worker::execute(const Command& command) {
  Outcome outcome;
  outcome.serial = command.serial;
  const c10::InferenceMode inference;
  const auto begin = Clock::now();
  const comm::TrafficCounters before = impl_->traffic();
  try {
    impl_->run_local(command, outcome);
  } catch (const std::exception& error) {
    outcome.exit_code = failure_code(error);
    outcome.set_message(failure_text(error));
  }
  try {
    impl_->run_collective(command, outcome);
  } catch (const comm::RankError&) {
    throw;
  } catch (const std::exception& error) {
    throw BrokenCollective(failure_code(error), failure_text(error));
  }
  const comm::TrafficCounters after = impl_->traffic();
  outcome.step_seconds = seconds_since(begin);
  outcome.wait_seconds = after.wait_seconds - before.wait_seconds;
  outcome.bytes_sent = after.bytes_sent - before.bytes_sent;
  outcome.memory_peak = memory_peak_bytes();
  return outcome;
}

}  // namespace tessera::worker
