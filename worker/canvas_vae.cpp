#include "worker/canvas_vae.h"

#include <ATen/ATen.h>

#include "model/whole_image_ops.h"
#include "worker/strip_vae.h"
#include "worker/tile_vae.h"

namespace tessera::worker {

using partition::RowRange;

namespace {

constexpr int kFactor = 8;  ///< image pixels per latent pixel
constexpr int kRgb = 3;
constexpr int kMoments = 8;

bool tiled(const StagePlan& plan) {
  return plan.vae_mode == VaeMode::Tiled && partition::needs_tiles(plan.image, plan.vae_tile);
}

}  // namespace

std::vector<RowRange> image_rows(const std::vector<RowRange>& latent_rows) {
  std::vector<RowRange> rows;
  rows.reserve(latent_rows.size());
  for (const RowRange range : latent_rows) rows.push_back(scale_up(range, kFactor));
  return rows;
}

CanvasVae::CanvasVae(const ModelSet& models, const StageGroups& groups)
    : decoder_(&models.decoder),
      encoder_(&models.encoder),
      scaling_factor_(models.vae.scaling_factor),
      groups_(&groups) {}

CanvasVae::CanvasVae(const model::VideoModel& models, const StageGroups& groups)
    : decoder_(&models.decoder),
      encoder_(&models.encoder),
      scaling_factor_(models.config.vae.scaling_factor),
      groups_(&groups) {}

at::Tensor CanvasVae::decode(const StagePlan& plan, const at::Tensor& latents) const {
  const at::Tensor unscaled = latents / scaling_factor_;
  const auto& rows = groups_->vae_rows(plan.stage);
  if (tiled(plan)) {
    model::WholeImageOps spatial;
    TileVae tiles(groups_->rows(), {plan.latent, plan.vae_tile / kFactor},
                  {plan.image, plan.vae_tile});
    return tiles.run(unscaled, rows, image_rows(rows), kRgb,
                     [&](const at::Tensor& tile) { return decoder_->decode(tile, spatial); });
  }
  if (!groups_->has_vae_rows(plan.stage)) {
    return at::empty({1, kRgb, 0, plan.image.cols}, latents.options());
  }
  return decode_strip(*decoder_, groups_->vae(plan.stage), unscaled);
}

at::Tensor CanvasVae::encode(const StagePlan& plan, const at::Tensor& image) const {
  const auto& rows = groups_->vae_rows(plan.stage);
  if (tiled(plan)) {
    model::WholeImageOps spatial;
    TileVae tiles(groups_->rows(), {plan.image, plan.vae_tile},
                  {plan.latent, plan.vae_tile / kFactor});
    return tiles.run(image, image_rows(rows), rows, kMoments,
                     [&](const at::Tensor& tile) { return encoder_->encode(tile, spatial); });
  }
  if (!groups_->has_vae_rows(plan.stage)) {
    return at::empty({1, kMoments, 0, plan.latent.cols}, image.options());
  }
  return encode_strip(*encoder_, groups_->vae(plan.stage), image);
}

}  // namespace tessera::worker
