#include "model/layers/winograd.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <vector>

#include "model/layers/row_chunks.h"

namespace tessera::model {
namespace {

/// G g along one axis, G = [1 0 0; 1/2 1/2 1/2; 1/2 -1/2 1/2; 0 0 1].
std::array<double, 4> transform_taps(double g0, double g1, double g2) {
  return {g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2, g2};
}

/// G g G^T of one kernel, whose taps lie `stride` floats apart. \return row-major
std::array<float, kFrequencies> transform_kernel(const float* g, std::int64_t stride) {
  const auto tap = [&](int row, int col) {
    return static_cast<double>(g[(row * 3 + col) * stride]);
  };
  std::array<std::array<double, 4>, 3> columns;  // [column][transformed row]
  for (int col = 0; col < 3; ++col) {
    columns[static_cast<std::size_t>(col)] = transform_taps(tap(0, col), tap(1, col), tap(2, col));
  }
  std::array<float, kFrequencies> frequencies;
  for (std::size_t row = 0; row < 4; ++row) {
    const auto both = transform_taps(columns[0][row], columns[1][row], columns[2][row]);
    std::transform(both.begin(), both.end(),
                   frequencies.begin() + static_cast<std::ptrdiff_t>(4 * row),
                   [](double value) { return static_cast<float>(value); });
  }
  return frequencies;
}

/// Weights are transformed on every call, whatever the number of rows: beyond this, thin strips
/// would spend more on it than the tiles save.
constexpr std::int64_t kLargestKernels = 256 * 1024;

}  // namespace

bool winograd_applies(const ConvWeights& weights, partition::Extent dilation) {
  const at::Tensor& weight = weights.weight;
  return weight.is_cpu() && weight.scalar_type() == at::kFloat && weight.size(2) == 3 &&
         weight.size(3) == 3 && dilation == partition::Extent{1, 1} &&
         weight.size(0) % kVectorChannels == 0 && weight.size(1) % kVectorChannels == 0 &&
         weight.size(0) * weight.size(1) <= kLargestKernels;
}

at::Tensor winograd_weights(const at::Tensor& weight_OIHW) {
  const at::Tensor weight = weight_OIHW.contiguous(at::MemoryFormat::ChannelsLast);
  const std::int64_t out = weight.size(0);
  const std::int64_t in = weight.size(1);
  const std::int64_t panels = padded_channels(out) / kPanelChannels;
  at::Tensor result = at::zeros({kFrequencies, panels, in, kPanelChannels}, weight.options());
  const float* const from = weight.const_data_ptr<float>();
  float* const to = result.mutable_data_ptr<float>();
  for_row_chunks(out, kPanelChannels, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t o = begin; o < end; ++o) {
      for (std::int64_t c = 0; c < in; ++c) {
        const auto frequencies = transform_kernel(from + o * 9 * in + c, in);
        float* value = to + (o / kPanelChannels * in + c) * kPanelChannels + o % kPanelChannels;
        for (const float frequency : frequencies) {
          *value = frequency;
          value += panels * in * kPanelChannels;
        }
      }
    }
  });
  return result;
}

std::int64_t winograd_block_tiles(std::int64_t in, std::int64_t out) {
  constexpr std::int64_t kCachedWeights = 64 * 1024;  // per frequency
  return in * out <= kCachedWeights ? 2 * kTileQuantum : 16 * kTileQuantum;
}

void winograd_band(const WinogradBand& band, const WinogradTarget& target) {
  std::vector<float> memory(static_cast<std::size_t>(kFrequencies * band.block_tiles *
                                                     (band.in + padded_channels(band.out))));
  const WinogradScratch scratch{memory.data(),
                                memory.data() + kFrequencies * band.block_tiles * band.in};
  const std::int64_t tiles = (target.rows + target.skipped + 1) / 2 * band.tile_cols;
  for (std::int64_t first = 0; first < tiles; first += band.block_tiles) {
    winograd_block(band, first, std::min(band.block_tiles, tiles - first), scratch, target);
  }
}

}  // namespace tessera::model
