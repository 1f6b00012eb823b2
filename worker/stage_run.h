#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "worker/item_state.h"
#include "worker/spatial/strip_spatial_ops.h"
#include "worker/stage_groups.h"
#include "worker/stage_start.h"

namespace tessera::worker {

/// One stage of one item on the ranks that hold a strip: the sampler's state and its steps.
class StageRun {
 public:
  using Start = StageStart;

  /// The referenced objects outlive this one.
  StageRun(const RenderTask& task, const StagePlan& plan, const StageGroups& groups,
           const ModelSet& models, const ItemState& item, TraceRecorder& trace, Start start);

  /// One denoising step, collective over the strips and the guidance pair:
  /// blend (stage > 0, not at the first step), U-Net, guidance, sampler.
  void step(int index);

  const at::Tensor& latents() const { return x_; }
  /// Undefined at stage 0.
  const at::Tensor& upscaled_latents() const { return start_.z_up; }
  double unet_seconds() const { return unet_seconds_; }

 private:
  void blend(int index);
  at::Tensor predict(int index, const model::TensorTap* tap);
  at::Tensor guide(const at::Tensor& eps);
  at::Tensor rescale(const at::Tensor& guided, const at::Tensor& conditional) const;
  void advance(int index, const at::Tensor& eps);
  model::StepContext context(int index, const model::TensorTap* tap) const;

  const RenderTask* task_;
  const StagePlan* plan_;
  const StageGroups* groups_;
  const ModelSet* models_;
  const ItemState* item_;
  TraceRecorder* trace_;
  Start start_;
  at::Tensor x_;
  at::Tensor foreground_;
  StripSpatialOps spatial_;
  double unet_seconds_ = 0;
};

}  // namespace tessera::worker
