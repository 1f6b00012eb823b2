#include "worker/strip_vae.h"

#include <ATen/ATen.h>

#include "worker/spatial/strip_spatial_ops.h"

namespace tessera::worker {
namespace {

/// Plain attention over the whole latent: a default stage plan has no scale fusion.
StripSpatialOps plain_ops(const StripGroup& group) {
  return {group, ScaleFusedAttention(group, {StagePlan{}, {}, 0}, nullptr)};
}

}  // namespace

at::Tensor decode_strip(const model::VaeDecoder& decoder, const StripGroup& group,
                        const at::Tensor& latents) {
  StripSpatialOps spatial = plain_ops(group);
  return decoder.decode(latents, spatial);
}

at::Tensor encode_strip(const model::VaeEncoder& encoder, const StripGroup& group,
                        const at::Tensor& image) {
  StripSpatialOps spatial = plain_ops(group);
  return encoder.encode(image, spatial);
}

}  // namespace tessera::worker
