#include "worker/worker.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "comm/rank_error.h"
#include "worker/clip_render.h"
#include "worker/failure_code.h"
#include "worker/picture_render.h"

namespace tessera::worker {
namespace {

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
    if (task_.clip) {
      clips_.emplace(model::load_video_model(task_.model.directory));
      return;
    }
    pictures_ = load_model_set(task_.model);
    std::string warnings;
    for (const std::string& warning : pictures_->warnings) warnings += warning + ". ";
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
    if (command.kind == CommandKind::Step) {
      const double before = item().unet_seconds();
      item().step(command.step);
      outcome.unet_seconds = item().unet_seconds() - before;
    }
    if (command.kind == CommandKind::Checkpoint) take_snapshot(plan_of(command), command.step);
    if (command.kind == CommandKind::EndStage) {
      item().end_stage(plan_of(command), deliver_, outcome);
    }
  }

  comm::TrafficCounters traffic() const { return groups_.traffic(); }

 private:
  const StagePlan& plan_of(const Command& command) const {
    return task_.stages.at(static_cast<std::size_t>(command.stage));
  }

  ItemRender& item() {
    if (!item_) throw std::logic_error("a command for an item comes before it begins");
    return *item_;
  }

  void begin(int index, Outcome& outcome) {
    const ItemTask& item = task_.items.at(static_cast<std::size_t>(index));
    item_.reset();
    if (task_.clip) {
      item_ = std::make_unique<ClipRender>(task_, item, groups_, *clips_, trace_);
    } else {
      item_ = std::make_unique<PictureRender>(task_, item, groups_, *pictures_, trace_);
    }
    index_ = index;
    outcome.set_message(item_->warning());
  }

  void begin_stage(const StagePlan& plan, Outcome& outcome) {
    const auto begin = Clock::now();
    const auto stored =
        std::find_if(snapshots_.begin(), snapshots_.end(), [&](const StageSnapshot& snapshot) {
          return snapshot.item == index_ && snapshot.stage == plan.stage;
        });
    const bool restores = stored != snapshots_.end();
    item().begin_stage(plan, restores ? &*stored : nullptr);
    if (restores) snapshots_.erase(stored);
    outcome.vae_seconds = seconds_since(begin);
  }

  void take_snapshot(const StagePlan& plan, int step) {
    StageSnapshot snapshot = item().snapshot(plan, step);
    if (groups_.rows().rank() == 0 && keep_) keep_(std::move(snapshot));
  }

  void end_item() {
    item_.reset();
    trace_.write();
  }

  RenderTask task_;
  StageGroups groups_;
  TraceRecorder trace_;
  PictureRows deliver_;
  KeepSnapshot keep_;
  std::unique_ptr<ModelSet> pictures_;      ///< the networks of pictures
  std::optional<model::VideoModel> clips_;  ///< those of clips
  std::unique_ptr<ItemRender> item_;
  int index_ = -1;                        ///< of the item
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
