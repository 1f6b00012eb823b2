#include "worker/kernel_rates.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <set>

#include "fusion/gaussian_kernel.h"
#include "fusion/low_pass.h"
#include "model/layers/attention_kernel.h"
#include "model/layers/feed_forward.h"
#include "model/layers/group_norm.h"
#include "model/layers/linear.h"
#include "model/layers/normed_conv.h"
#include "model/random_weights.h"
#include "partition/crop_grid.h"
#include "partition/crop_jitter.h"
#include "partition/crop_ownership.h"
#include "worker/spatial/crop_attention.h"

namespace tessera::worker {
namespace {

// Two sides of every map, so that the cost of a call and the rate can be told apart.
constexpr std::array<int, 2> kMapSides{16, 64};
constexpr std::array<int, 2> kVaeSides{64, 256};
// The large map of a convolution leaves the caches, as those of large stages do, unless that would
// take longer than a user waits.
constexpr int kLargeConvSide = 128;
constexpr double kMostConvFlop = 5e10;
constexpr std::array<int, 2> kCropScales{1, 2};  // sides of the map over those of a crop
constexpr int kLargestCrop = 32;
constexpr double kCropJitter = 0.125;
constexpr int kBlurRadius = 4;
constexpr double kBlurSigma = 2;
constexpr std::uint64_t kSeed = 1;

at::Tensor noise(at::IntArrayRef shape) {
  return at::randn(shape, at::detail::createCPUGenerator(kSeed), at::TensorOptions(at::kFloat));
}

/// Runs layers again and again and keeps their times.
class KernelTimer {
 public:
  explicit KernelTimer(const KernelBench& bench) : bench_(bench) {}

  void time(std::string kernel, int channels, double flop, const std::function<void()>& call) {
    KernelTiming timing{std::move(kernel), channels, flop, {}};
    for (int run = 0; run < bench_.warmup + bench_.repeats; ++run) {
      const auto begin = std::chrono::steady_clock::now();
      call();
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
      if (run >= bench_.warmup) timing.seconds.push_back(taken.count());
    }
    timings_.push_back(std::move(timing));
  }

  std::vector<KernelTiming> timings() && { return std::move(timings_); }

 private:
  KernelBench bench_;
  std::vector<KernelTiming> timings_;
};

int large_conv_side(int channels) {
  const double flop = 18.0 * channels * channels * kLargeConvSide * kLargeConvSide;
  return flop <= kMostConvFlop ? kLargeConvSide : kMapSides.back();
}

/// A resnet's norm, activation and 3x3 convolution with the residual.
void time_conv(KernelTimer& timer, const std::string& kernel, int channels, int norm_groups,
               int side, int dilation) {
  model::RandomWeights source(kSeed, at::kFloat);
  const model::NormWeights norm = model::load_norm(source, "norm", channels);
  const model::ConvWeights conv = model::load_conv(source, "conv", channels, channels, 3);
  const at::Tensor x = noise({1, channels, side, side}).contiguous(at::MemoryFormat::ChannelsLast);
  const model::NormGeometry geometry{norm_groups, 1e-5, model::Activation::Silu};
  const std::int64_t elements = std::int64_t{channels} / norm_groups * side * side;
  const double flop = 18.0 * channels * channels * side * side;
  timer.time(kernel, channels, flop, [&] {
    const at::Tensor moments = model::merge_moments(
        model::group_moments(x, {0, side}, norm_groups).unsqueeze(0), {elements});
    model::NormedConvolution layer{norm, geometry, conv, {dilation, dilation}};
    layer.residual_BCHW = x;
    model::normed_conv_map({x}, moments, layer);
  });
}

/// The projections and the feed-forward of a transformer block: 36 C^2 FLOP per token.
void time_linear(KernelTimer& timer, int channels, int side) {
  model::RandomWeights source(kSeed, at::kFloat);
  const auto square = model::load_linear(source, "q", channels, channels, model::Bias::Present);
  const auto pair = model::load_linear(source, "kv", channels, 2 * channels, model::Bias::None);
  const auto norm = model::load_norm(source, "norm", channels);
  const model::FeedForwardWeights ff{
      model::load_linear(source, "proj", channels, 8 * channels, model::Bias::Present),
      model::load_linear(source, "out", 4 * channels, channels, model::Bias::Present)};
  const at::Tensor x = noise({1, side * side, channels});
  const double flop = 36.0 * channels * channels * side * side;
  timer.time("linear", channels, flop, [&] {
    const at::Tensor normed = model::layer_norm(x, norm);
    model::linear(normed, square);  // self-attention: q, kv, out
    model::linear(normed, pair);
    model::linear(normed, square).add_(x);
    const at::Tensor cross = model::layer_norm(x, norm);  // cross-attention: q, out
    model::linear(cross, square);
    model::linear(cross, square).add_(x);
    model::feed_forward_residual(x, norm, ff);
  });
}

void time_attention(KernelTimer& timer, int channels, int heads, int side) {
  const std::int64_t tokens = std::int64_t{side} * side;
  const auto split = [&] {
    return noise({1, tokens, heads, channels / heads}).permute({0, 2, 1, 3});
  };
  const at::Tensor q = split();
  const at::Tensor k = split();
  const double flop = 4.0 * channels * static_cast<double>(tokens) * static_cast<double>(tokens);
  timer.time("attention", channels, flop, [&] { model::attend(q, k, k, model::LogSumExp::Skip); });
}

/// The crops of a map: gathering, attention, mean over crops.
void time_local_attention(KernelTimer& timer, int channels, int heads, int crop, int scale) {
  const partition::Extent map{crop * scale, crop * scale};
  const partition::Extent base{8 * crop, 8 * crop};
  const partition::CropGrid grid = partition::paper_crops(map, base, 0, kCropJitter);
  const std::vector<partition::CropShift> unshifted(static_cast<std::size_t>(grid.count()));
  const auto crops = partition::crops_of_strip(grid, unshifted, {0, map.rows});
  AttentionMaps maps;
  maps.q_BHWC = noise({1, map.rows, map.cols, channels});
  maps.kv_BHWC = noise({1, map.rows, map.cols, 2 * channels});
  maps.rows = {0, map.rows};
  maps.heads = heads;
  double pairs = 0;
  for (const partition::CropShare& share : crops) {
    const auto tokens = static_cast<double>(share.window.rows()) * share.window.cols();
    pairs += tokens * tokens;
  }
  timer.time("local_attention", channels, 4 * channels * pairs,
             [&] { attend_crops(maps, crops, {}); });
}

/// What follows the two branches: difference, blur, sum. FLOP are those of the blur.
void time_fusion(KernelTimer& timer, int channels, int side) {
  const std::vector<float> taps = fusion::gaussian_taps(kBlurRadius, kBlurSigma);
  const at::Tensor local = noise({1, side, side, channels});
  const at::Tensor global = noise({1, side, side, channels});
  const double flop = 4.0 * (2 * kBlurRadius + 1) * channels * side * side;
  timer.time("fusion", channels, flop, [&] {
    fusion::low_pass(local - global, {0, side}, {0, side}, side, taps,
                     fusion::BlurBorder::Renormalised)
        .add_(global);
  });
}

void time_transformer(KernelTimer& timer, const ModelOutline& model, std::size_t level) {
  const int channels = model.unet_widths[level];
  const int heads = model.head_counts[level];
  const int crop = std::min(model.sample_size >> level, kLargestCrop);
  for (const int side : kMapSides) {
    time_linear(timer, channels, side);
    time_attention(timer, channels, heads, side);
    time_fusion(timer, channels, side);
  }
  for (const int scale : kCropScales) time_local_attention(timer, channels, heads, crop, scale);
}

void time_level(KernelTimer& timer, const ModelOutline& model, std::size_t level) {
  const int channels = model.unet_widths[level];
  for (const int side : {kMapSides.front(), large_conv_side(channels)}) {
    time_conv(timer, "conv", channels, model.norm_groups, side, 1);
    time_conv(timer, "dilated_conv", channels, model.norm_groups, side, 2);
  }
  if (model.transformer_depths[level] > 0) time_transformer(timer, model, level);
}

/// One level of every width: the first with attention, whose crops are the largest, or the first.
std::vector<std::size_t> levels_by_width(const ModelOutline& model) {
  std::map<int, std::size_t> levels;
  for (std::size_t level = 0; level < model.unet_widths.size(); ++level) {
    const auto [known, is_new] = levels.emplace(model.unet_widths[level], level);
    const bool better =
        model.transformer_depths[known->second] == 0 && model.transformer_depths[level] > 0;
    if (!is_new && better) known->second = level;
  }
  std::vector<std::size_t> chosen;
  for (const auto& [width, level] : levels) chosen.push_back(level);
  return chosen;
}

}  // namespace

std::vector<KernelTiming> time_kernels(const ModelOutline& model, const KernelBench& bench) {
  const c10::InferenceMode inference;
  at::set_num_threads(bench.threads);
  KernelTimer timer(bench);
  for (const std::size_t level : levels_by_width(model)) time_level(timer, model, level);
  const std::set<int> vae_widths(model.vae_widths.begin(), model.vae_widths.end());
  for (const int channels : vae_widths) {
    for (const int side : kVaeSides) {
      time_conv(timer, "vae_conv", channels, std::min(model.norm_groups, channels), side, 1);
    }
  }
  return std::move(timer).timings();
}

}  // namespace tessera::worker
