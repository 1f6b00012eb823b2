#pragma once

#include <ATen/core/Tensor.h>

#include "worker/clip_state.h"
#include "worker/guidance_pair.h"
#include "worker/spatial/strip_spatial_ops.h"
#include "worker/stage_groups.h"
#include "worker/stage_start.h"

namespace tessera::worker {

/// One stage of one clip on the ranks that hold a strip: the sampler's state and its steps
/// (docs/algorithms.md, "Clips"). Frames are the batch of all spatial operations, so the crops of
/// scale-fused attention and their shifts are those of every frame of both predictions.
class ClipRun {
 public:
  /// The referenced objects outlive this one.
  ClipRun(const RenderTask& task, const StagePlan& plan, const StageGroups& groups,
          const model::VideoUnet& unet, const ClipState& clip, StageStart start,
          CropObserver observe_crops = {});

  /// One denoising step, collective over the strips and the guidance pair: blend (stage > 0, not at
  /// the first step), both predictions, guidance, DDIM.
  /// \param tap  sees every layer of the prediction with the prompt, on ranks that compute the
  /// other one alone every layer of that; nullptr: nothing does.
  void step(int index, const model::TensorTap* tap = nullptr);

  const StagePlan& plan() const { return *plan_; }
  /// Of the last step, [T, 4, rows, W]; undefined with eta 0.
  const at::Tensor& step_noise() const { return noise_; }
  const at::Tensor& latents() const { return x_; }
  /// Undefined at stage 0.
  const at::Tensor& upscaled_latents() const { return start_.z_up; }
  double unet_seconds() const { return unet_seconds_; }

 private:
  void blend(const model::ScaledLevel& level);
  at::Tensor predict(int index, const model::TensorTap* tap);
  PredictionPair predictions(int index, const model::TensorTap* tap);
  at::Tensor forward(int index, const std::vector<model::KeyValue>& cross,
                     const model::TensorTap* tap);
  at::Tensor conditional(int index, const model::TensorTap* tap);
  void show_inputs(const model::ScaledLevel& level, const model::TensorTap& tap) const;
  void advance(int index, const at::Tensor& eps, const model::TensorTap* tap);

  const RenderTask* task_;
  const StagePlan* plan_;
  const StageGroups* groups_;
  const model::VideoUnet* unet_;
  const ClipState* clip_;
  StageStart start_;
  at::Tensor x_;
  at::Tensor noise_;
  std::vector<int> own_frames_;  ///< every frame its own noise, as steps draw it
  StripSpatialOps spatial_;
  double unet_seconds_ = 0;
};

}  // namespace tessera::worker
