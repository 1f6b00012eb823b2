#include "model/layers/conv2d.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "model/layers/flop_meter.h"
#include "model/layers/row_chunks.h"
#include "model/spatial_ops.h"
#include "partition/row_range.h"

namespace tessera::model {
namespace {

bool uses_onednn(const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat; }

double conv_flop(const at::Tensor& y, const at::Tensor& weight_OIHW) {
  const std::int64_t taps_times_inputs = weight_OIHW.numel() / weight_OIHW.size(0);
  return 2.0 * static_cast<double>(y.numel()) * static_cast<double>(taps_times_inputs);
}

at::Tensor conv_one(const at::Tensor& x_1CHW, const ConvWeights& weights, const at::Tensor& bias,
                    at::IntArrayRef padding, at::IntArrayRef stride, at::IntArrayRef dilation) {
  at::Tensor y =
      uses_onednn(x_1CHW)
          ? at::mkldnn_convolution(x_1CHW, weights.weight, bias, padding, stride, dilation, 1)
          : at::conv2d(x_1CHW, weights.weight, bias, stride, padding, dilation, 1);
  count_flop(conv_flop(y, weights.weight));
  return y;
}

/// Small rows of one band: its 4 x out channels stay in a core's cache until they are interleaved.
constexpr std::int64_t kBandFloats = 512 * 1024;

/// Taps (-1, 0, 1) along `dim` as those that meet the same two small pixels, per phase of the
/// enlarged map: (-1 | 0 + 1) and (-1 + 0 | 1). \return [2 phases, ...] with two taps along `dim`.
at::Tensor fold_taps(const at::Tensor& weight, std::int64_t dim) {
  const at::Tensor before = weight.narrow(dim, 0, 1);
  const at::Tensor centre = weight.narrow(dim, 1, 1);
  const at::Tensor after = weight.narrow(dim, 2, 1);
  return at::stack({at::cat({before, centre + after}, dim), at::cat({before + centre, after}, dim)},
                   0);
}

/// 2x2 weights with the four phases (row, column) as outermost output channels.
ConvWeights fold_upsampling(const ConvWeights& weights) {
  const at::Tensor rows = fold_taps(weights.weight, 2);  // [2, out, in, 2, 3]
  const at::Tensor both = fold_taps(rows, 4).transpose(0, 1);
  const std::int64_t outputs = 4 * weights.weight.size(0);
  return {both.reshape({outputs, weights.weight.size(1), 2, 2})
              .contiguous(at::MemoryFormat::ChannelsLast),
          weights.bias.repeat({4})};
}

/// Small rows [begin, end) of one batch element, enlarged, from the 2x2 convolution of their
/// neighbourhood: phases_1CHW, whose row k reads the small rows begin + k - 1 and begin + k.
void interleave_phases(const at::Tensor& phases_1CHW, std::int64_t first, partition::RowRange rows,
                       std::int64_t out_channels, std::int64_t small_cols, float* to) {
  const float* const from = phases_1CHW.const_data_ptr<float>();
  const std::int64_t row_floats = (small_cols + 1) * 4 * out_channels;
  for (std::int64_t row = 2 * rows.begin; row < 2 * rows.end; ++row) {
    const std::int64_t a = row % 2;
    const float* const source = from + (first + row / 2 - rows.begin + a) * row_floats;
    float* target = to + row * 2 * small_cols * out_channels;
    for (std::int64_t col = 0; col < 2 * small_cols; ++col, target += out_channels) {
      const std::int64_t b = col % 2;
      std::copy_n(source + ((col / 2 + b) * 4 + 2 * a + b) * out_channels, out_channels, target);
    }
  }
}

/// In fp32 on the CPU, band by band: the bits of a row do not depend on its band.
at::Tensor upsampled_in_bands(const at::Tensor& x_BCHW, const ConvWeights& weights, int halo_rows) {
  const ConvWeights folded = fold_upsampling(weights);
  const at::Tensor x = x_BCHW.contiguous(at::MemoryFormat::ChannelsLast);
  const std::int64_t out = weights.weight.size(0);
  const std::int64_t cols = x.size(3);
  const std::int64_t rows = x.size(2) - 2 * halo_rows;
  at::Tensor y =
      at::empty({x.size(0), out, 2 * rows, 2 * cols}, x.options(), at::MemoryFormat::ChannelsLast);
  const std::int64_t band = std::max<std::int64_t>(4, kBandFloats / (4 * out * cols));
  for (std::int64_t b = 0; b < x.size(0); ++b) {
    const at::Tensor map = x.narrow(0, b, 1);
    float* const to = y.mutable_data_ptr<float>() + b * out * 4 * rows * cols;
    for_row_chunks(rows, band, [&](std::int64_t begin, std::int64_t end) {
      // Held rows that the band reads; where the canvas ends, padding stands for the missing one.
      const std::int64_t above = std::max<std::int64_t>(0, begin - 1 + halo_rows);
      const std::int64_t below = std::min(x.size(2), end + 1 + halo_rows);
      const bool inside = begin - 1 + halo_rows >= 0 && end + 1 + halo_rows <= x.size(2);
      const std::int64_t padding = inside ? 0 : 1;
      const at::Tensor phases =
          at::mkldnn_convolution(map.narrow(2, above, below - above), folded.weight, folded.bias,
                                 {padding, 1}, {1, 1}, {1, 1}, 1);
      count_flop(conv_flop(phases, folded.weight));
      const std::int64_t first = begin - 1 + halo_rows - above + padding;
      interleave_phases(phases, first, {static_cast<int>(begin), static_cast<int>(end)}, out, cols,
                        to);
    });
  }
  return y;
}

}  // namespace

partition::Extent kernel_reach(const ConvWeights& weights, const ConvGeometry& geometry) {
  const auto kernel = static_cast<int>(weights.weight.size(2));
  return {geometry.dilation.rows * (kernel - 1) / 2, geometry.dilation.cols * (kernel - 1) / 2};
}

namespace {

/// A convolution of one map, whose rows can be computed apart.
struct MapConvolution {
  at::Tensor x_1CHW;
  const ConvWeights& weights;
  at::Tensor bias;
  std::int64_t stride;
  partition::Extent dilation;
  partition::Extent padding;

  std::int64_t outputs(std::int64_t dim, int pad, int dilated) const {
    const std::int64_t span = dilated * (weights.weight.size(dim) - 1) + 1;
    return (x_1CHW.size(dim) + 2 * pad - span) / stride + 1;
  }
  std::int64_t rows() const { return outputs(2, padding.rows, dilation.rows); }
  std::int64_t cols() const { return outputs(3, padding.cols, dilation.cols); }

  at::Tensor whole() const { return of(x_1CHW, padding.rows); }
  /// Output rows [begin, end): zeros stand for the rows beyond the map.
  at::Tensor band(std::int64_t begin, std::int64_t end) const {
    const std::int64_t first = begin * stride - padding.rows;
    const std::int64_t last =
        (end - 1) * stride - padding.rows + dilation.rows * (weights.weight.size(2) - 1) + 1;
    const std::int64_t above = std::max<std::int64_t>(0, -first);
    const std::int64_t below = std::max<std::int64_t>(0, last - x_1CHW.size(2));
    const at::Tensor held = x_1CHW.narrow(2, first + above, last - below - first - above);
    if (above + below == 0) return of(held, 0);
    return of(at::constant_pad_nd(held, {0, 0, above, below}), 0);
  }

 private:
  at::Tensor of(const at::Tensor& rows_1CHW, std::int64_t row_padding) const {
    const std::vector<std::int64_t> paddings{row_padding, padding.cols};
    const std::vector<std::int64_t> strides{stride, stride};
    const std::vector<std::int64_t> dilations{dilation.rows, dilation.cols};
    return conv_one(rows_1CHW, weights, bias, paddings, strides, dilations);
  }
};

/// On several threads band by band: oneDNN may give a row other bits when it splits a map itself.
at::Tensor convolve(const MapConvolution& map) {
  if (!uses_onednn(map.x_1CHW) || at::get_num_threads() == 1) return map.whole();
  const std::int64_t out = map.weights.weight.size(0);
  at::Tensor y = at::empty({1, out, map.rows(), map.cols()}, map.x_1CHW.options(),
                           at::MemoryFormat::ChannelsLast);
  const std::int64_t band = std::max<std::int64_t>(4, kBandFloats / (out * map.cols()));
  for_row_chunks(map.rows(), band, [&](std::int64_t begin, std::int64_t end) {
    y.narrow(2, begin, end - begin).copy_(map.band(begin, end));
  });
  return y;
}

}  // namespace

at::Tensor conv_map(const at::Tensor& x_BCHW, const ConvWeights& weights, int stride,
                    partition::Extent dilation, partition::Extent padding,
                    const at::Tensor& bias_BC) {
  const auto batch = x_BCHW.size(0);
  std::vector<at::Tensor> outputs;
  outputs.reserve(static_cast<std::size_t>(batch));
  for (std::int64_t b = 0; b < batch; ++b) {
    const at::Tensor bias = bias_BC.defined() ? bias_BC[b] : weights.bias;
    const at::Tensor x_1CHW = x_BCHW.narrow(0, b, 1).contiguous(at::MemoryFormat::ChannelsLast);
    outputs.push_back(convolve({x_1CHW, weights, bias, stride, dilation, padding}));
  }
  return batch == 1 ? outputs.front() : at::cat(outputs, 0);
}

at::Tensor upsampled_conv_map(const at::Tensor& x_BCHW, const ConvWeights& weights, int halo_rows) {
  if (uses_onednn(x_BCHW)) return upsampled_in_bands(x_BCHW, weights, halo_rows);
  const at::Tensor high = at::upsample_nearest2d(x_BCHW, {x_BCHW.size(2) * 2, x_BCHW.size(3) * 2});
  // Of the enlarged halo only the inner row on each side is needed.
  return conv_map(high.narrow(2, halo_rows, high.size(2) - 2 * halo_rows), weights, 1, {1, 1},
                  {1 - halo_rows, 1}, {});
}

}  // namespace tessera::model
