#include "model/video/temporal_conv.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "model/layers/linear.h"
#include "model/layers/row_chunks.h"

namespace tessera::model {
namespace {

constexpr int kLayers = 4;
constexpr std::int64_t kTaps = 3;
/// Floats of the gathered taps of one chunk: they stay in a core's second-level cache.
constexpr std::int64_t kChunkFloats = 256 * 1024;

/// [out, in, 3, 1, 1] as one product over the three frames that a pixel meets.
LinearWeights load_taps(WeightSource& source, const std::string& path, int width) {
  const at::Tensor weight = source.require(path + ".weight", {width, width, kTaps, 1, 1});
  return {weight.view({width, width, kTaps}).transpose(1, 2).reshape({width, kTaps * width}),
          source.require(path + ".bias", {width})};
}

}  // namespace

TemporalConvs load_temporal_convs(WeightSource& source, const std::string& path, int width) {
  TemporalConvs weights{path, {}};
  for (int i = 1; i <= kLayers; ++i) {
    const std::string layer = path + ".conv" + std::to_string(i);
    // A dropout stands before the convolution of all but the first.
    weights.layers.push_back({load_norm(source, layer + ".0", width),
                              load_taps(source, layer + (i == 1 ? ".2" : ".3"), width)});
  }
  return weights;
}

at::Tensor convolve_frames(const at::Tensor& x_TCHW, const LinearWeights& taps) {
  const std::int64_t frames = x_TCHW.size(0);
  const std::int64_t channels = x_TCHW.size(1);
  const std::int64_t pixels = x_TCHW.size(2) * x_TCHW.size(3);
  const std::int64_t out = taps.weight.size(0);
  const at::Tensor x_TPC = x_TCHW.permute({0, 2, 3, 1}).reshape({frames, pixels, channels});
  const at::Tensor y_TPC = at::empty({frames, pixels, out}, x_TCHW.options());
  const std::int64_t chunk = std::max<std::int64_t>(16, kChunkFloats / (kTaps * channels));
  const std::int64_t chunks = (pixels + chunk - 1) / chunk;
  for_row_chunks(frames * chunks, 1, [&](std::int64_t index, std::int64_t) {
    const std::int64_t frame = index / chunks;
    const std::int64_t begin = index % chunks * chunk;
    const std::int64_t count = std::min(chunk, pixels - begin);
    const at::Tensor met = at::empty({count, kTaps * channels}, x_TPC.options());
    for (std::int64_t tap = 0; tap < kTaps; ++tap) {
      at::Tensor target = met.narrow(1, tap * channels, channels);
      const std::int64_t source = frame + tap - 1;
      if (source < 0 || source >= frames) {
        target.zero_();
      } else {
        target.copy_(x_TPC[source].narrow(0, begin, count));
      }
    }
    y_TPC[frame].narrow(0, begin, count).copy_(linear(met, taps));
  });
  return y_TPC.view({frames, x_TCHW.size(2), x_TCHW.size(3), out}).permute({0, 3, 1, 2});
}

at::Tensor temporal_convs(const at::Tensor& x_TCHW, const TemporalConvs& weights,
                          const NormGeometry& norm, const StepContext& step, SpatialOps& spatial) {
  NormGeometry over_clip = norm;
  over_clip.activation = Activation::Silu;
  over_clip.frames = static_cast<int>(x_TCHW.size(0));
  const auto show = [&](const std::string& part, const at::Tensor& value) {
    if (step.shows_every_layer()) step.show(weights.path + part, value, TapLayout::Clip);
  };
  show(".in", x_TCHW);
  at::Tensor y = x_TCHW;
  for (std::size_t i = 0; i < weights.layers.size(); ++i) {
    const TemporalConvWeights& layer = weights.layers[i];
    y = convolve_frames(spatial.group_norm(y, layer.norm, over_clip), layer.taps);
    show(".conv" + std::to_string(i + 1) + ".out", y);
  }
  y.add_(x_TCHW);
  show(".out", y);
  return y;
}

}  // namespace tessera::model
