#include "worker/picture_render.h"

#include <ATen/ATen.h>

#include <chrono>

#include "worker/checkpoint_state.h"
#include "worker/dropped_words.h"
#include "worker/picture_rows.h"

namespace tessera::worker {

using Clock = std::chrono::steady_clock;

PictureRender::PictureRender(const RenderTask& task, const ItemTask& item,
                             const StageGroups& groups, const ModelSet& models,
                             TraceRecorder& trace)
    : task_(&task),
      groups_(&groups),
      models_(&models),
      trace_(&trace),
      item_(begin_item(task, item, models, predictions_of(task, groups.rows().rank()), trace)),
      transition_(task, groups, models, item_, trace) {}

std::string PictureRender::warning() const {
  return dropped_words(item_.dropped_prompt, item_.dropped_negative);
}

void PictureRender::begin_stage(const StagePlan& plan, const StageSnapshot* stored) {
  StageStart start;
  if (stored != nullptr) {
    start = transition_.restored(plan, *stored);
  } else {
    start = plan.stage == 0 ? transition_.first_stage(plan) : transition_.next_stage(plan, below_);
  }
  below_ = {};
  run_.reset();
  if (groups_->has_strip(plan.stage)) {
    run_.emplace(*task_, plan, *groups_, *models_, item_, *trace_, std::move(start));
  }
}

void PictureRender::step(int index) {
  if (run_) run_->step(index);
}

StageSnapshot PictureRender::snapshot(const StagePlan& plan, int step) {
  StageSnapshot snapshot{item_.task->index, plan.stage, step, {}, {}};
  snapshot.x = gather_canvas(*groups_, plan, run_ ? run_->latents() : at::Tensor());
  if (plan.stage > 0) {
    snapshot.z_up = gather_canvas(*groups_, plan, run_ ? run_->upscaled_latents() : at::Tensor());
  }
  return snapshot;
}

void PictureRender::end_stage(const StagePlan& plan, const PictureRows& deliver, Outcome& outcome) {
  const auto begin = Clock::now();
  const at::Tensor x = run_ ? run_->latents().to(at::kFloat) : at::Tensor();
  run_.reset();
  below_ = finish_stage(plan, *groups_, CanvasVae(*models_, *groups_), x, *trace_);
  outcome.vae_seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  stream_picture(groups_->rows(), below_.image, image_rows(groups_->vae_rows(plan.stage)),
                 {item_.task->index, plan.stage}, deliver);
}

}  // namespace tessera::worker
