#include "model/sampling/guidance.h"

#include <ATen/ATen.h>

#include <stdexcept>

namespace tessera::model {

at::Tensor guide(const at::Tensor& eps_uncond_BCHW, const at::Tensor& eps_cond_BCHW,
                 double guidance_scale) {
  return eps_uncond_BCHW + (eps_cond_BCHW - eps_uncond_BCHW) * guidance_scale;
}

at::Tensor rescale_guided(const at::Tensor& eps_BCHW, const GuidanceSpread& spread, double phi) {
  if (phi == 0) return eps_BCHW;
  if (!(spread.guided > 0)) {
    throw std::invalid_argument(
        "guidance rescale needs a prediction that varies; its standard deviation is 0");
  }
  return eps_BCHW * (phi * spread.conditional / spread.guided + (1 - phi));
}

}  // namespace tessera::model
