#include "model/sampling/renoise.h"

#include <ATen/ATen.h>

#include <cmath>

#include "model/layers/row_chunks.h"

namespace tessera::model {
namespace {

/// exp(0.5 clamp(logvar, -30, 20)); the vectorised exponential differs between the body and the
/// tail of an array, so the CPU takes one value at a time.
at::Tensor deviation(const at::Tensor& logvar_BCHW) {
  const at::Tensor half = at::clamp(logvar_BCHW, -30, 20) * 0.5;
  if (!half.is_cpu()) return at::exp(half);
  at::Tensor result = half.to(at::kFloat, false, /*copy=*/true, at::MemoryFormat::Contiguous);
  float* const values = result.data_ptr<float>();
  constexpr std::int64_t kChunk = 1 << 14;
  for_row_chunks(result.numel(), kChunk, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end; ++at) {
      values[at] = static_cast<float>(std::exp(static_cast<double>(values[at])));
    }
  });
  return result.to(logvar_BCHW.scalar_type());
}

}  // namespace

at::Tensor renoise(const at::Tensor& x0_BCHW, const at::Tensor& noise_BCHW, float sigma) {
  return x0_BCHW + noise_BCHW.to(x0_BCHW.scalar_type()) * static_cast<double>(sigma);
}

at::Tensor sample_posterior(const at::Tensor& moments_B2CHW, const at::Tensor& noise_BCHW,
                            double scaling_factor) {
  const auto parts = moments_B2CHW.chunk(2, 1);
  return (parts[0] + deviation(parts[1]) * noise_BCHW) * scaling_factor;
}

at::Tensor posterior_mean(const at::Tensor& moments_B2CHW, double scaling_factor) {
  return moments_B2CHW.chunk(2, 1)[0] * scaling_factor;
}

}  // namespace tessera::model
