#include "worker/clip_render.h"

#include <ATen/ATen.h>

#include <chrono>

#include "worker/checkpoint_state.h"
#include "worker/clip_transition.h"
#include "worker/dropped_words.h"
#include "worker/item_state.h"
#include "worker/picture_rows.h"
#include "worker/replay_check.h"

namespace tessera::worker {

using partition::RowRange;
using Clock = std::chrono::steady_clock;

ClipRender::ClipRender(const RenderTask& task, const ItemTask& item, const StageGroups& groups,
                       const model::VideoModel& models, TraceRecorder& trace)
    : task_(&task),
      item_(&item),
      groups_(&groups),
      models_(&models),
      clip_(begin_clip(task, item, models, predictions_of(task, groups.rows().rank()))),
      trace_(task, trace),
      vae_(models, groups) {
  if (!task.study.replay_file.empty()) check_clip_replay(task, clip_, models.unet);
  trace.begin_item(item);
  trace_.clip(item, clip_, models);
}

std::string ClipRender::warning() const {
  return dropped_words(clip_.dropped_prompt, clip_.dropped_negative);
}

StageStart ClipRender::start_of(const StagePlan& plan, const StageSnapshot* stored) {
  if (stored != nullptr) return restored_clip(plan, *stored, *groups_, clip_);
  if (plan.stage == 0) return start_clip(plan, *groups_, clip_);
  const StagePlan& below = task_->stages[static_cast<std::size_t>(plan.stage) - 1];
  return start_clip_above(plan, below, below_, *groups_, clip_);
}

void ClipRender::begin_stage(const StagePlan& plan, const StageSnapshot* stored) {
  StageStart start = start_of(plan, stored);
  if (stored == nullptr) trace_.start(plan, clip_, start);
  below_ = at::Tensor();
  run_.reset();
  if (groups_->has_strip(plan.stage)) {
    run_.emplace(*task_, plan, *groups_, models_->unet, clip_, std::move(start),
                 trace_.crop_observer(plan.stage));
  }
}

void ClipRender::step(int index) {
  if (!run_) return;
  const StagePlan& plan = run_->plan();
  run_->step(index, trace_.begin_step(plan.stage, index));
  trace_.end_step(plan, index, run_->latents(), run_->step_noise());
}

StageSnapshot ClipRender::snapshot(const StagePlan& plan, int step) {
  StageSnapshot snapshot{item_->index, plan.stage, step, {}, {}};
  snapshot.x = gather_canvas(*groups_, plan, run_ ? run_->latents() : at::Tensor());
  if (plan.stage > 0) {
    snapshot.z_up = gather_canvas(*groups_, plan, run_ ? run_->upscaled_latents() : at::Tensor());
  }
  return snapshot;
}

at::Tensor ClipRender::vae_rows_of(const StagePlan& plan, const at::Tensor& x_TCHW,
                                   int frame) const {
  const auto me = static_cast<std::size_t>(groups_->rows().rank());
  const RowRange rows = groups_->vae_rows(plan.stage)[me];
  if (rows.empty()) return at::empty({1, 4, 0, plan.latent.cols}, at::kFloat);
  const RowRange strip = groups_->strip_rows(plan.stage)[me];
  return x_TCHW.narrow(0, frame, 1).narrow(2, rows.begin - strip.begin, rows.rows()).contiguous();
}

void ClipRender::end_stage(const StagePlan& plan, const PictureRows& deliver, Outcome& outcome) {
  below_ = run_ ? run_->latents() : at::Tensor();
  run_.reset();
  trace_.result(plan, below_);
  const bool last = plan.stage + 1 == static_cast<int>(task_->stages.size());
  if (!last && task_->clip->decoded == DecodedStages::Final) return;
  const std::vector<RowRange> rows = image_rows(groups_->vae_rows(plan.stage));
  for (int frame = 0; frame < clip_.frames(); ++frame) {
    const auto begin = Clock::now();
    const at::Tensor image = vae_.decode(plan, vae_rows_of(plan, below_, frame));
    outcome.vae_seconds += std::chrono::duration<double>(Clock::now() - begin).count();
    trace_.frame(plan, clip_, vae_, frame, image);
    stream_picture(groups_->rows(), image, rows, {item_->index, plan.stage, frame}, deliver);
  }
}

}  // namespace tessera::worker
