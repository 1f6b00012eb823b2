#pragma once

#include <optional>

#include "model/video/video_model.h"
#include "worker/canvas_vae.h"
#include "worker/clip_run.h"
#include "worker/clip_trace.h"
#include "worker/item_render.h"

namespace tessera::worker {

/// A clip. Frames are decoded and delivered one after the other, so that memory holds one of them.
/// The referenced objects outlive this one.
class ClipRender final : public ItemRender {
 public:
  /// Encodes the prompts. Local. \param task  `task.clip` is there. \throws storage::DataError.
  ClipRender(const RenderTask& task, const ItemTask& item, const StageGroups& groups,
             const model::VideoModel& models, TraceRecorder& trace);
  ClipRender(const ClipRender&) = delete;
  ClipRender& operator=(const ClipRender&) = delete;

  std::string warning() const override;
  void begin_stage(const StagePlan& plan, const StageSnapshot* stored) override;
  void step(int index) override;
  StageSnapshot snapshot(const StagePlan& plan, int step) override;
  void end_stage(const StagePlan& plan, const PictureRows& deliver, Outcome& outcome) override;
  double unet_seconds() const override { return run_ ? run_->unet_seconds() : 0; }

 private:
  StageStart start_of(const StagePlan& plan, const StageSnapshot* stored);
  /// The rank's rows of a frame in the autoencoder's layout, [1, 4, rows, W].
  at::Tensor vae_rows_of(const StagePlan& plan, const at::Tensor& x_TCHW, int frame) const;

  const RenderTask* task_;
  const ItemTask* item_;
  const StageGroups* groups_;
  const model::VideoModel* models_;
  ClipState clip_;
  ClipTrace trace_;
  CanvasVae vae_;
  std::optional<ClipRun> run_;
  at::Tensor below_;  ///< the rank's strip of the stage that ended last
};

}  // namespace tessera::worker
