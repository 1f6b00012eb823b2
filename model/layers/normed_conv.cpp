#include "model/layers/normed_conv.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <vector>

#include "model/layers/conv2d.h"
#include "model/layers/flop_meter.h"
#include "model/layers/group_norm.h"
#include "model/layers/linear.h"
#include "model/layers/row_chunks.h"
#include "model/layers/winograd.h"

namespace tessera::model {
namespace {

/// Floats of a band's normalised rows: they stay in a core's second-level cache.
constexpr std::int64_t kBandFloats = 256 * 1024;
/// Rows that a band has at least per row of halo, which is normalised once per band.
constexpr std::int64_t kRowsPerHaloRow = 2;

at::Tensor channels_last(const at::Tensor& x) {
  return x.defined() ? x.contiguous(at::MemoryFormat::ChannelsLast) : x;
}

std::int64_t rows_of(const at::Tensor& x) { return x.defined() ? x.size(2) : 0; }

at::Tensor shortcut_of(const at::Tensor& residual_BCHW, const NormedConvolution& layer) {
  return layer.shortcut == nullptr ? residual_BCHW : pointwise(residual_BCHW, *layer.shortcut);
}

/// Columns of zeros around a band.
struct Margin {
  std::int64_t left = 0;
  std::int64_t right = 0;
};

/// The bands of one call; rows count from the first own row.
class BandedConvolution {
 public:
  BandedConvolution(const MapRows& x, const at::Tensor& moments_BG2, const NormedConvolution& layer)
      : layer_(layer),
        norm_(channel_scale(moments_BG2, layer.norm, layer.norm_geometry)),
        reach_(kernel_reach(layer.conv, {.dilation = layer.dilation})),
        rows_(x.own_BCHW.size(2)),
        cols_(x.own_BCHW.size(3)),
        odd_(x.first_row % 2),
        parts_{Part{-rows_of(x.above_BCHW), channels_last(x.above_BCHW)},
               Part{0, channels_last(x.own_BCHW)}, Part{rows_, channels_last(x.below_BCHW)}},
        residual_(channels_last(layer.residual_BCHW)) {
    if (winograd_applies(layer.conv, layer.dilation))
      weights_ = winograd_weights(layer.conv.weight);
  }

  at::Tensor run() const {
    const at::Tensor& own = parts_[1].rows_BCHW;
    const std::int64_t batch = own.size(0);
    at::Tensor y = at::empty({batch, layer_.conv.weight.size(0), rows_, cols_}, own.options(),
                             at::MemoryFormat::ChannelsLast);
    // Bands begin at even rows of the canvas, where tiles of two rows do.
    const std::int64_t fitting = kBandFloats / (own.size(1) * cols_);
    const std::int64_t band =
        std::max({std::int64_t{2}, fitting / 2 * 2, 2 * kRowsPerHaloRow * reach_.rows});
    const std::int64_t bands = (rows_ + odd_ + band - 1) / band;
    for_row_chunks(batch * bands, 1, [&](std::int64_t index, std::int64_t) {
      const std::int64_t begin = index % bands * band - odd_;
      const Band rows{index / bands, std::max<std::int64_t>(0, begin),
                      std::min(rows_, begin + band)};
      weights_.defined() ? convolve_tiles(rows, y) : convolve_rows(rows, y);
    });
    return y;
  }

 private:
  struct Part {
    std::int64_t first = 0;
    at::Tensor rows_BCHW;
  };
  /// Own rows [begin, end) of batch element b.
  struct Band {
    std::int64_t b;
    std::int64_t begin;
    std::int64_t end;

    at::Tensor of(const at::Tensor& map) const {
      return map.narrow(0, b, 1).narrow(2, begin, end - begin);
    }
  };

  at::Tensor bias_of(const Band& band) const {
    return layer_.bias_BC.defined() ? layer_.bias_BC[band.b] : layer_.conv.bias;
  }

  void convolve_rows(const Band& band, at::Tensor& y_BCHW) const {
    const at::Tensor rows =
        normalised(band.b, band.begin - reach_.rows, band.end + reach_.rows, {});
    const at::Tensor sums = conv_map(rows, layer_.conv, 1, layer_.dilation, {0, reach_.cols},
                                     bias_of(band).unsqueeze(0));
    at::Tensor target = band.of(y_BCHW);
    if (residual_.defined()) {
      at::add_out(target, sums, shortcut_of(band.of(residual_), layer_));
    } else {
      target.copy_(sums);
    }
  }

  void convolve_tiles(const Band& band, at::Tensor& y_BCHW) const {
    const std::int64_t skipped = (band.begin + odd_) % 2;
    const std::int64_t tile_rows = (band.end - band.begin + skipped + 1) / 2;
    const std::int64_t tile_cols = (cols_ + 1) / 2;
    const std::int64_t first = band.begin - skipped - 1;
    const at::Tensor rows =
        normalised(band.b, first, first + 2 * tile_rows + 2, {1, 2 * tile_cols + 1 - cols_});
    const std::int64_t in = layer_.conv.weight.size(1);
    const std::int64_t out = layer_.conv.weight.size(0);
    const at::Tensor bias = bias_of(band).contiguous();
    const at::Tensor residual =
        residual_.defined() ? channels_last(shortcut_of(band.of(residual_), layer_)) : residual_;
    count_flop(18.0 * 4 * static_cast<double>(tile_rows * tile_cols) *
               static_cast<double>(in * out));
    winograd_band({rows.const_data_ptr<float>(), tile_cols, in, weights_.const_data_ptr<float>(),
                   bias.const_data_ptr<float>(), out, winograd_block_tiles(in, out)},
                  {band.of(y_BCHW).mutable_data_ptr<float>(),
                   residual.defined() ? residual.const_data_ptr<float>() : nullptr,
                   band.end - band.begin, cols_, skipped});
  }

  /// Rows [begin, end) of one batch element with columns of zeros around; zero beyond the canvas.
  at::Tensor normalised(std::int64_t b, std::int64_t begin, std::int64_t end, Margin margin) const {
    const std::int64_t channels = parts_[1].rows_BCHW.size(1);
    const std::int64_t width = (margin.left + cols_ + margin.right) * channels;
    at::Tensor band = at::empty({1, channels, end - begin, margin.left + cols_ + margin.right},
                                parts_[1].rows_BCHW.options(), at::MemoryFormat::ChannelsLast);
    float* to = band.mutable_data_ptr<float>();
    for (std::int64_t row = begin; row < end; ++row, to += width) {
      const float* const source = row_of(b, row);
      if (source == nullptr) {
        std::fill_n(to, width, 0.0f);
        continue;
      }
      float* const pixels = to + margin.left * channels;
      std::fill_n(to, margin.left * channels, 0.0f);
      normalise_run({source, cols_, channels}, norm_, b, layer_.norm_geometry.activation, pixels);
      std::fill_n(pixels + cols_ * channels, margin.right * channels, 0.0f);
    }
    return band;
  }

  /// A row of the map, or null where none is held.
  const float* row_of(std::int64_t b, std::int64_t row) const {
    for (const Part& part : parts_) {
      const std::int64_t held = rows_of(part.rows_BCHW);
      if (row < part.first || row >= part.first + held) continue;
      return part.rows_BCHW.const_data_ptr<float>() +
             (b * held + row - part.first) * cols_ * part.rows_BCHW.size(1);
    }
    return nullptr;
  }

  const NormedConvolution& layer_;
  ChannelScale norm_;
  partition::Extent reach_;
  std::int64_t rows_;
  std::int64_t cols_;
  std::int64_t odd_;  ///< 1: the first own row is the second of its tile
  std::array<Part, 3> parts_;
  at::Tensor residual_;
  at::Tensor weights_;  ///< of the Winograd domain, where it applies
};

/// Any device and dtype, map by map.
at::Tensor by_whole_maps(const MapRows& x, const at::Tensor& moments_BG2,
                         const NormedConvolution& layer) {
  const partition::Extent reach = kernel_reach(layer.conv, {.dilation = layer.dilation});
  std::vector<at::Tensor> parts;
  for (const at::Tensor& part : {x.above_BCHW, x.own_BCHW, x.below_BCHW}) {
    if (part.defined()) parts.push_back(part);
  }
  const at::Tensor map =
      apply_group_norm(at::cat(parts, 2), moments_BG2, layer.norm, layer.norm_geometry);
  const at::Tensor padded = at::constant_pad_nd(
      map, {0, 0, reach.rows - rows_of(x.above_BCHW), reach.rows - rows_of(x.below_BCHW)});
  at::Tensor y = conv_map(padded, layer.conv, 1, layer.dilation, {0, reach.cols}, layer.bias_BC);
  return layer.residual_BCHW.defined() ? y.add_(shortcut_of(layer.residual_BCHW, layer)) : y;
}

}  // namespace

at::Tensor normed_conv_map(const MapRows& x, const at::Tensor& moments_BG2,
                           const NormedConvolution& layer) {
  const bool in_bands = x.own_BCHW.is_cpu() && x.own_BCHW.scalar_type() == at::kFloat;
  return in_bands ? BandedConvolution(x, moments_BG2, layer).run()
                  : by_whole_maps(x, moments_BG2, layer);
}

}  // namespace tessera::model
