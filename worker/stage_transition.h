#pragma once

#include <ATen/core/Tensor.h>

#include "worker/canvas_vae.h"
#include "worker/item_state.h"
#include "worker/stage_run.h"
#include "worker/stage_snapshot.h"

namespace tessera::worker {

/// What a finished stage leaves for the next one, per rank.
struct StageResult {
  int stage = -1;
  at::Tensor latents;  ///< the rank's autoencoder rows of the final latents
  at::Tensor image;    ///< their decode, RGB around [-1, 1], not clamped
};

/// The start of a stage (docs/algorithms.md, "Stage transition"): noise at stage 0, the encoded
/// initial image, or the upscaled, encoded and renoised result of the stage below. All ranks call
/// it; ranks without a strip get undefined tensors.
class StageTransition {
 public:
  StageTransition(const RenderTask& task, const StageGroups& groups, const ModelSet& models,
                  const ItemState& item, TraceRecorder& trace);

  StageRun::Start first_stage(const StagePlan& plan) const;
  StageRun::Start next_stage(const StagePlan& plan, const StageResult& below) const;
  /// A stage that goes on from a snapshot instead of what comes before it. Local.
  /// \throws storage::DataError if the snapshot does not fit the stage.
  StageRun::Start restored(const StagePlan& plan, const StageSnapshot& snapshot) const;

 private:
  StageRun::Start from_noise(const StagePlan& plan) const;
  StageRun::Start from_image(const StagePlan& plan) const;
  /// Latents of a stage at the noise level of its first step.
  StageRun::Start renoised(const StagePlan& plan, const at::Tensor& z_rows) const;
  at::Tensor upscale(const StagePlan& plan, const at::Tensor& map, int source_stage,
                     int pixels_per_latent) const;
  at::Tensor sample(const StagePlan& plan, const at::Tensor& moments,
                    const NoiseRequest& request) const;
  at::Tensor to_strips(const StagePlan& plan, const at::Tensor& vae_rows) const;
  at::Tensor strip_noise(const StagePlan& plan, const NoiseRequest& request) const;

  const RenderTask* task_;
  const StageGroups* groups_;
  const ModelSet* models_;
  const ItemState* item_;
  TraceRecorder* trace_;
  CanvasVae vae_;
};

/// Decodes the final latents of a stage. All ranks. \param x  the rank's strip, or undefined.
StageResult finish_stage(const StagePlan& plan, const StageGroups& groups, const CanvasVae& vae,
                         const at::Tensor& x, TraceRecorder& trace);

}  // namespace tessera::worker
