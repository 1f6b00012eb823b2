#pragma once

#include <optional>

#include "worker/item_render.h"
#include "worker/item_state.h"
#include "worker/stage_run.h"
#include "worker/stage_transition.h"

namespace tessera::worker {

/// A picture. The referenced objects outlive this one.
class PictureRender final : public ItemRender {
 public:
  /// Encodes the prompts. Local. \throws storage::DataError.
  PictureRender(const RenderTask& task, const ItemTask& item, const StageGroups& groups,
                const ModelSet& models, TraceRecorder& trace);

  std::string warning() const override;
  void begin_stage(const StagePlan& plan, const StageSnapshot* stored) override;
  void step(int index) override;
  StageSnapshot snapshot(const StagePlan& plan, int step) override;
  void end_stage(const StagePlan& plan, const PictureRows& deliver, Outcome& outcome) override;
  double unet_seconds() const override { return run_ ? run_->unet_seconds() : 0; }

 private:
  const RenderTask* task_;
  const StageGroups* groups_;
  const ModelSet* models_;
  TraceRecorder* trace_;
  ItemState item_;
  StageTransition transition_;
  std::optional<StageRun> run_;
  StageResult below_;
};

}  // namespace tessera::worker
