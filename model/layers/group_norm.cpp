#include "model/layers/group_norm.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "model/layers/norm_kernel.h"
#include "model/layers/row_chunks.h"

namespace tessera::model {
namespace {

/// Pixels summed in fp32 before a sum is added in double.
constexpr std::int64_t kRun = 64;
/// Floats normalised by one task.
constexpr std::int64_t kChunkFloats = 64 * 1024;

/// Per channel: the sums of deviations from `offset` and of their squares, over all pixels.
struct ChannelSums {
  std::vector<double> sum;
  std::vector<double> square;
};

ChannelSums sum_channels(const PixelRun& x, const float* offset) {
  const auto channels = static_cast<std::size_t>(x.channels);
  ChannelSums total{std::vector<double>(channels), std::vector<double>(channels)};
  std::vector<float> sum(channels);
  std::vector<float> square(channels);
  for (std::int64_t begin = 0; begin < x.pixels; begin += kRun) {
    const PixelRun run{x.first + begin * x.channels, std::min(kRun, x.pixels - begin), x.channels};
    sum_deviations(run, offset, sum.data(), square.data());
    for (std::size_t c = 0; c < channels; ++c) {
      total.sum[c] += static_cast<double>(sum[c]);
      total.square[c] += static_cast<double>(square[c]);
    }
  }
  return total;
}

/// One pass over deviations from the first pixel, so that a large mean costs no digits; a channel's
/// M2 is S2 - S1^2 / n, a group's about its mean m the sum of M2 + n (mean - m)^2.
void moments_of_element(const PixelRun& x, std::int64_t groups, float* out_G2) {
  const float* const offset = x.first;
  const ChannelSums sums = sum_channels(x, offset);
  const auto width = static_cast<std::size_t>(x.channels / groups);
  const auto pixels = static_cast<double>(x.pixels);
  std::vector<double> means(sums.sum.size());
  for (std::size_t c = 0; c < means.size(); ++c) {
    means[c] = static_cast<double>(offset[c]) + sums.sum[c] / pixels;
  }
  for (std::size_t g = 0; g < static_cast<std::size_t>(groups); ++g) {
    double mean = 0;
    for (std::size_t c = g * width; c < (g + 1) * width; ++c) mean += means[c];
    out_G2[2 * g] = static_cast<float>(mean / static_cast<double>(width));
    double m2 = 0;
    for (std::size_t c = g * width; c < (g + 1) * width; ++c) {
      const double distance = means[c] - static_cast<double>(out_G2[2 * g]);
      m2 += std::max(0.0, sums.square[c] - sums.sum[c] * sums.sum[c] / pixels) +
            pixels * distance * distance;
    }
    out_G2[2 * g + 1] = static_cast<float>(m2);
  }
}

/// Any device and dtype: by tensor operations, in two passes.
at::Tensor moments_by_tensor(const at::Tensor& x_BCHW, partition::RowRange rows, int groups) {
  const at::Tensor block = x_BCHW.narrow(2, rows.begin, rows.rows()).to(at::kFloat);
  const at::Tensor grouped = block.reshape({block.size(0), groups, -1});
  const at::Tensor mean = grouped.mean(2, /*keepdim=*/true);
  const at::Tensor m2 = (grouped - mean).square().sum(2);
  return at::stack({mean.squeeze(2), m2}, 2).cpu();
}

void normalise_in_memory(const at::Tensor& x_BCHW, const ChannelScale& norm, Activation activation,
                         at::Tensor& y_BCHW) {
  const std::int64_t channels = x_BCHW.size(1);
  const std::int64_t pixels = x_BCHW.size(2) * x_BCHW.size(3);
  const std::int64_t chunk = std::max<std::int64_t>(16, kChunkFloats / channels);
  for (std::int64_t b = 0; b < x_BCHW.size(0); ++b) {
    const float* const from = x_BCHW.const_data_ptr<float>() + b * pixels * channels;
    float* const to = y_BCHW.mutable_data_ptr<float>() + b * pixels * channels;
    for_row_chunks(pixels, chunk, [&](std::int64_t begin, std::int64_t end) {
      normalise_run({from + begin * channels, end - begin, channels}, norm, b, activation,
                    to + begin * channels);
    });
  }
}

/// The frames of a block are blocks of the clip.
at::Tensor merge_frames(const at::Tensor& blocks_KBG2, const std::vector<std::int64_t>& elements,
                        std::int64_t frames) {
  const std::int64_t groups = blocks_KBG2.size(2);
  const std::int64_t clips = blocks_KBG2.size(1) / frames;
  const at::Tensor of_clips = blocks_KBG2.reshape({-1, clips, frames, groups, 2})
                                  .transpose(1, 2)
                                  .reshape({-1, clips, groups, 2});
  std::vector<std::int64_t> counts;
  for (const std::int64_t count : elements) {
    counts.insert(counts.end(), static_cast<std::size_t>(frames), count);
  }
  return merge_moments(of_clips, counts).repeat_interleave(frames, 0);
}

}  // namespace

void normalise_run(const PixelRun& run, const ChannelScale& norm, std::int64_t b,
                   Activation activation, float* to) {
  const float* const scale = norm.scale_BC.const_data_ptr<float>() + b * run.channels;
  const float* const shift = norm.shift_BC.const_data_ptr<float>() + b * run.channels;
  if (activation == Activation::Silu) {
    scale_shift_silu(run, scale, shift, to);
  } else {
    scale_shift(run, scale, shift, to);
  }
}

at::Tensor group_moments(const at::Tensor& x_BCHW, partition::RowRange rows, int groups) {
  if (!x_BCHW.is_cpu() || x_BCHW.scalar_type() != at::kFloat) {
    return moments_by_tensor(x_BCHW, rows, groups);
  }
  const at::Tensor x = x_BCHW.contiguous(at::MemoryFormat::ChannelsLast);
  const std::int64_t batch = x.size(0);
  const std::int64_t channels = x.size(1);
  const std::int64_t row_pixels = x.size(3);
  at::Tensor result = at::empty({batch, groups, 2}, at::kFloat);
  for (std::int64_t b = 0; b < batch; ++b) {
    const float* first =
        x.const_data_ptr<float>() + (b * x.size(2) + rows.begin) * row_pixels * channels;
    moments_of_element({first, rows.rows() * row_pixels, channels}, groups,
                       result.mutable_data_ptr<float>() + b * groups * 2);
  }
  return result;
}

at::Tensor merge_moments(const at::Tensor& blocks_KBG2, const std::vector<std::int64_t>& elements,
                         int frames) {
  if (frames > 1) return merge_frames(blocks_KBG2, elements, frames);
  const at::Tensor blocks = blocks_KBG2.contiguous();
  const std::int64_t entries = blocks.size(1) * blocks.size(2);
  at::Tensor result =
      at::empty({blocks.size(1), blocks.size(2), 2}, blocks.options().dtype(at::kDouble));
  const float* const in = blocks.const_data_ptr<float>();
  double* const out = result.mutable_data_ptr<double>();
  for (std::int64_t entry = 0; entry < entries; ++entry) {
    double count = 0;
    double mean = 0;
    double m2 = 0;
    for (std::size_t block = 0; block < elements.size(); ++block) {
      const float* const moments = in + (static_cast<std::int64_t>(block) * entries + entry) * 2;
      const auto added = static_cast<double>(elements[block]);
      if (elements[block] == 0) continue;  // its moments are 0 / 0
      const double total = count + added;
      const double delta = static_cast<double>(moments[0]) - mean;
      mean += delta * added / total;
      m2 += static_cast<double>(moments[1]) + delta * delta * count * added / total;
      count = total;
    }
    out[2 * entry] = mean;
    out[2 * entry + 1] = count > 0 ? m2 / count : 0;
  }
  return result;
}

ChannelScale channel_scale(const at::Tensor& moments_BG2, const NormWeights& weights,
                           const NormGeometry& geometry) {
  const std::int64_t width = weights.weight.size(0) / geometry.groups;
  const at::Tensor moments = moments_BG2.repeat_interleave(width, 1);
  const at::Tensor scale =
      moments.select(2, 1).add(geometry.eps).rsqrt() * weights.weight.to(at::kDouble).cpu();
  const at::Tensor shift = weights.bias.to(at::kDouble).cpu() - moments.select(2, 0) * scale;
  const at::TensorOptions options = weights.weight.options().dtype(at::kFloat);
  return {scale.to(options).contiguous(), shift.to(options).contiguous()};
}

at::Tensor apply_group_norm(const at::Tensor& x_BCHW, const at::Tensor& moments_BG2,
                            const NormWeights& weights, const NormGeometry& geometry) {
  const at::Tensor x = x_BCHW.contiguous(at::MemoryFormat::ChannelsLast);
  const ChannelScale norm = channel_scale(moments_BG2, weights, geometry);
  at::Tensor y = at::empty_like(x);
  if (x.is_cpu() && x.scalar_type() == at::kFloat) {
    normalise_in_memory(x, norm, geometry.activation, y);
  } else {
    at::addcmul_out(y, norm.shift_BC.unsqueeze(2).unsqueeze(3), x,
                    norm.scale_BC.unsqueeze(2).unsqueeze(3));
    if (geometry.activation == Activation::Silu) at::silu_(y);
  }
  return y;
}

}  // namespace tessera::model
