#include "coordinator/resume.h"

#include <algorithm>

#include "storage/storage_error.h"

namespace tessera::coordinator {
namespace {

using storage::CheckpointData;
using worker::StageSnapshot;

[[noreturn]] void does_not_fit(const std::string& what, std::int64_t stored, std::int64_t planned) {
  throw storage::DataError("the checkpoint does not fit the run: " + what + " is " +
                           std::to_string(stored) + " in it, " + std::to_string(planned) +
                           " in the plan.");
}

void check_shape(const worker::RenderTask& task, const worker::StagePlan& stage,
                 const storage::CheckpointArray& array) {
  const std::vector<std::int64_t> expected{task.frames(), 4, stage.latent.rows, stage.latent.cols};
  if (array.shape.size() != expected.size()) {
    does_not_fit("the number of dimensions of latents",
                 static_cast<std::int64_t>(array.shape.size()), 4);
  }
  for (std::size_t k = 0; k < expected.size(); ++k) {
    if (array.shape[k] != expected[k])
      does_not_fit(k == 0 ? "the number of frames" : "a side of latents", array.shape[k],
                   expected[k]);
  }
}

void check_progress(const storage::CheckpointProgress& at, const worker::RenderTask& task) {
  const auto items = static_cast<int>(task.items.size());
  const auto stages = static_cast<int>(task.stages.size());
  if (at.item < 0 || at.item >= items) does_not_fit("the item", at.item, items - 1);
  if (at.stage_count != stages) does_not_fit("the number of stages", at.stage_count, stages);
  if (at.stage < 0 || at.stage >= stages) does_not_fit("the stage", at.stage, stages - 1);
  const worker::StagePlan& stage = task.stages[static_cast<std::size_t>(at.stage)];
  if (at.steps != stage.steps) does_not_fit("the number of steps", at.steps, stage.steps);
  if (at.next_step < stage.first_step || at.next_step > stage.steps) {
    does_not_fit("the step", at.next_step, stage.steps);
  }
}

StageSnapshot finished_stage(const CheckpointData& checkpoint, const worker::RenderTask& task,
                             int stage) {
  const auto found =
      std::find_if(checkpoint.stages.begin(), checkpoint.stages.end(),
                   [&](const storage::CheckpointStage& done) { return done.stage == stage; });
  if (found == checkpoint.stages.end()) {
    throw storage::DataError("the checkpoint lacks the latents of stage " + std::to_string(stage) +
                             ", whose picture has to be made again.");
  }
  const worker::StagePlan& plan = task.stages[static_cast<std::size_t>(stage)];
  check_shape(task, plan, found->latents);
  return {checkpoint.progress.item, stage, plan.steps, found->latents, {}};
}

}  // namespace

void check_same_run(const std::string& place, const RunIdentity& here, const std::string& stored) {
  const std::vector<std::string> differences = identity_differences(here.keys, stored);
  if (differences.empty()) return;
  std::string text = place + " holds a run that makes other pictures, so it is not continued: ";
  for (std::size_t k = 0; k < differences.size(); ++k) {
    text += (k == 0 ? "" : "; ") + differences[k];
  }
  throw ResumeRefused(text + ". Choose another --run-dir, or start over with --resume never.");
}

RunStart resume_from(const CheckpointData& checkpoint, const worker::RenderTask& task,
                     const std::vector<int>& lost) {
  const storage::CheckpointProgress& at = checkpoint.progress;
  check_progress(at, task);
  RunStart run;
  const worker::ItemTask& item = task.items[static_cast<std::size_t>(at.item)];
  if (item.work == worker::ItemWork::Leave) return run;
  const worker::StagePlan& stage = task.stages[static_cast<std::size_t>(at.stage)];
  run.start.position = {at.item, at.stage, at.next_step};
  run.start.lost_stages = lost;
  for (const int other : lost) run.snapshots.push_back(finished_stage(checkpoint, task, other));
  check_shape(task, stage, checkpoint.x);
  if (!checkpoint.z_up.shape.empty()) {
    check_shape(task, stage, checkpoint.z_up);
  } else if (at.stage > 0 && !at.at_stage_end()) {
    throw storage::DataError("the checkpoint lacks the upscaled latents of stage " +
                             std::to_string(at.stage) + ", which its steps blend in.");
  }
  run.snapshots.push_back({at.item, at.stage, at.next_step, checkpoint.x, checkpoint.z_up});
  return run;
}

}  // namespace tessera::coordinator
