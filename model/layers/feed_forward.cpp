#include "model/layers/feed_forward.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "model/layers/linear.h"
#include "model/layers/row_chunks.h"

namespace tessera::model {
namespace {

constexpr double kLayerNormEps = 1e-5;
/// Floats of the widest intermediate of one chunk: a share of a core's second-level cache.
constexpr std::int64_t kChunkFloats = 256 * 1024;

/// value * gelu(gate) of rows [value | gate]. The gate's columns of one row are contiguous, and for
/// contiguous input at::gelu takes another kernel with other bits; so one row is computed as two.
at::Tensor gated(const at::Tensor& both, std::int64_t inner) {
  if (both.size(0) == 1) return gated(both.repeat({2, 1}), inner).narrow(0, 0, 1);
  at::Tensor hidden = at::gelu(both.narrow(1, inner, inner));
  return hidden.mul_(both.narrow(1, 0, inner));
}

}  // namespace

FeedForwardWeights load_feed_forward(WeightSource& source, const std::string& path, int width) {
  return {load_linear(source, path + ".net.0.proj", width, 8 * width, Bias::Present),
          load_linear(source, path + ".net.2", 4 * width, width, Bias::Present)};
}

at::Tensor layer_norm(const at::Tensor& x_BNC, const NormWeights& weights) {
  return at::layer_norm(x_BNC, {x_BNC.size(-1)}, weights.weight, weights.bias, kLayerNormEps);
}

at::Tensor feed_forward_residual(const at::Tensor& x_BNC, const NormWeights& norm,
                                 const FeedForwardWeights& weights) {
  const std::int64_t channels = x_BNC.size(-1);
  const std::int64_t inner = weights.out.weight.size(1);
  const at::Tensor x = x_BNC.contiguous().view({-1, channels});
  at::Tensor result = at::empty_like(x);
  const std::int64_t chunk = std::max<std::int64_t>(64, kChunkFloats / (2 * inner));
  for_row_chunks(x.size(0), chunk, [&](std::int64_t begin, std::int64_t end) {
    const at::Tensor rows = x.narrow(0, begin, end - begin);
    const at::Tensor both = linear(layer_norm(rows, norm), weights.proj);
    at::Tensor target = result.narrow(0, begin, end - begin);
    at::add_out(target, rows, linear(gated(both, inner), weights.out));
  });
  return result.view(x_BNC.sizes());
}

}  // namespace tessera::model
