#include "model/layers/group_norm.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "model/layers/row_chunks.h"

namespace tessera::model {
namespace {

/// Pixels summed in fp32 before a sum is added in double.
constexpr std::int64_t kRun = 64;
/// Floats normalised at a time: a share of a core's second-level cache.
constexpr std::int64_t kChunkFloats = 64 * 1024;

/// Adds the channels of `pixels` pixels to total[C] in runs; `offset[C]` is subtracted and the
/// difference squared when `Squared`.
template <bool Squared>
void sum_channels(const float* x, std::int64_t pixels, std::int64_t channels, const float* offset,
                  std::vector<double>& total) {
  std::vector<float> run(static_cast<std::size_t>(channels));
  float* const sum = run.data();
  for (std::int64_t begin = 0; begin < pixels; begin += kRun) {
    std::fill(run.begin(), run.end(), 0.0f);
    const std::int64_t end = std::min(pixels, begin + kRun);
    for (std::int64_t pixel = begin; pixel < end; ++pixel) {
      const float* const values = x + pixel * channels;
      for (std::int64_t c = 0; c < channels; ++c) {
        if constexpr (Squared) {
          const float difference = values[c] - offset[c];
          sum[c] += difference * difference;
        } else {
          sum[c] += values[c];
        }
      }
    }
    for (std::int64_t c = 0; c < channels; ++c) {
      total[static_cast<std::size_t>(c)] += static_cast<double>(sum[c]);
    }
  }
}

/// Sums of consecutive runs of channels: one per group.
std::vector<double> sum_groups(const std::vector<double>& channels, std::int64_t groups) {
  const std::size_t width = channels.size() / static_cast<std::size_t>(groups);
  std::vector<double> sums(static_cast<std::size_t>(groups), 0.0);
  for (std::size_t c = 0; c < channels.size(); ++c) sums[c / width] += channels[c];
  return sums;
}

void moments_of_element(const float* x, std::int64_t pixels, std::int64_t channels,
                        std::int64_t groups, float* out_G2) {
  const auto width = static_cast<std::size_t>(channels / groups);
  const double count = static_cast<double>(pixels) * static_cast<double>(width);
  std::vector<double> totals(static_cast<std::size_t>(channels), 0.0);
  sum_channels<false>(x, pixels, channels, nullptr, totals);
  std::vector<double> sums = sum_groups(totals, groups);
  std::vector<float> means(static_cast<std::size_t>(channels));
  for (std::size_t c = 0; c < means.size(); ++c) {
    means[c] = static_cast<float>(sums[c / width] / count);
  }
  std::fill(totals.begin(), totals.end(), 0.0);
  sum_channels<true>(x, pixels, channels, means.data(), totals);
  sums = sum_groups(totals, groups);
  for (std::size_t g = 0; g < sums.size(); ++g) {
    out_G2[2 * g] = means[g * width];
    out_G2[2 * g + 1] = static_cast<float>(sums[g]);
  }
}

/// Any device and dtype: the same two passes by tensor operations.
at::Tensor moments_by_tensor(const at::Tensor& x_BCHW, partition::RowRange rows, int groups) {
  const at::Tensor block = x_BCHW.narrow(2, rows.begin, rows.rows()).to(at::kFloat);
  const at::Tensor grouped = block.reshape({block.size(0), groups, -1});
  const at::Tensor mean = grouped.mean(2, /*keepdim=*/true);
  const at::Tensor m2 = (grouped - mean).square().sum(2);
  return at::stack({mean.squeeze(2), m2}, 2).cpu();
}

}  // namespace

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
    moments_of_element(first, rows.rows() * row_pixels, channels, groups,
                       result.mutable_data_ptr<float>() + b * groups * 2);
  }
  return result;
}

at::Tensor merge_moments(const at::Tensor& blocks_KBG2, const std::vector<std::int64_t>& elements) {
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
      const double total = count + added;
      const double delta = static_cast<double>(moments[0]) - mean;
      mean += delta * added / total;
      m2 += static_cast<double>(moments[1]) + delta * delta * count * added / total;
      count = total;
    }
    out[2 * entry] = mean;
    out[2 * entry + 1] = m2 / count;
  }
  return result;
}

at::Tensor apply_group_norm(const at::Tensor& x_BCHW, const at::Tensor& moments_BG2,
                            const NormWeights& weights, const NormGeometry& geometry) {
  const at::Tensor x = x_BCHW.contiguous(at::MemoryFormat::ChannelsLast);
  const std::int64_t channels = x.size(1);
  const std::int64_t width = channels / geometry.groups;
  const at::Tensor moments = moments_BG2.repeat_interleave(width, 1);
  const at::Tensor scale =
      moments.select(2, 1).add(geometry.eps).rsqrt() * weights.weight.to(at::kDouble).cpu();
  const at::Tensor shift = weights.bias.to(at::kDouble).cpu() - moments.select(2, 0) * scale;
  const at::Tensor scale_BC = scale.to(x.options().dtype(at::kFloat));
  const at::Tensor shift_BC = shift.to(x.options().dtype(at::kFloat));
  at::Tensor y = at::empty_like(x);
  const std::int64_t pixels = x.size(2) * x.size(3);
  const std::int64_t chunk = std::max<std::int64_t>(16, kChunkFloats / channels / 16 * 16);
  for (std::int64_t b = 0; b < x.size(0); ++b) {
    const at::Tensor from = x.select(0, b).permute({1, 2, 0}).view({pixels, channels});
    const at::Tensor to = y.select(0, b).permute({1, 2, 0}).view({pixels, channels});
    for_row_chunks(pixels, chunk, [&](std::int64_t begin, std::int64_t end) {
      at::Tensor target = to.narrow(0, begin, end - begin);
      at::addcmul_out(target, shift_BC[b], from.narrow(0, begin, end - begin), scale_BC[b]);
      if (geometry.activation == Activation::Silu) at::silu_(target);
    });
  }
  return y;
}

}  // namespace tessera::model
