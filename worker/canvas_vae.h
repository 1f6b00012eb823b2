#pragma once

#include <ATen/core/Tensor.h>

#include "model/video/video_model.h"
#include "worker/model_set.h"
#include "worker/stage_groups.h"
#include "worker/stage_plan.h"

namespace tessera::worker {

/// The autoencoder on a whole canvas that is spread over ranks by StageGroups::vae_rows: full frame
/// in strips, or tiled. All ranks call both in the same order; ranks without rows pass and get maps
/// of zero rows.
class CanvasVae {
 public:
  CanvasVae(const ModelSet& models, const StageGroups& groups);
  CanvasVae(const model::VideoModel& models, const StageGroups& groups);

  double scaling_factor() const { return scaling_factor_; }

  /// \param latents  the rank's autoencoder rows of scaled latents, [1, 4, rows, W].
  /// \return RGB around [-1, 1], not clamped, [1, 3, 8 rows, 8 W].
  at::Tensor decode(const StagePlan& plan, const at::Tensor& latents) const;
  /// \param image  the rank's rows, [1, 3, 8 rows, 8 W]. \return moments [1, 8, rows, W].
  at::Tensor encode(const StagePlan& plan, const at::Tensor& image) const;

 private:
  const model::VaeDecoder* decoder_;
  const model::VaeEncoder* encoder_;
  double scaling_factor_;
  const StageGroups* groups_;
};

/// Latent rows per rank as image rows.
std::vector<partition::RowRange> image_rows(const std::vector<partition::RowRange>& latent_rows);

}  // namespace tessera::worker
