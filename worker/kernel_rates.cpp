#include "worker/kernel_rates.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <chrono>
#include <functional>
#include <set>

#include "model/layers/attention_kernel.h"
#include "model/layers/feed_forward.h"
#include "model/layers/group_norm.h"
#include "model/layers/linear.h"
#include "model/layers/normed_conv.h"
#include "model/random_weights.h"

namespace tessera::worker {
namespace {

constexpr int kMapSide = 64;
constexpr int kVaeSide = 256;
constexpr int kCropSide = 16;
constexpr int kCrops = 16;
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
void time_linear(KernelTimer& timer, int channels) {
  model::RandomWeights source(kSeed, at::kFloat);
  const auto square = model::load_linear(source, "q", channels, channels, model::Bias::Present);
  const auto pair = model::load_linear(source, "kv", channels, 2 * channels, model::Bias::None);
  const auto norm = model::load_norm(source, "norm", channels);
  const model::FeedForwardWeights ff{
      model::load_linear(source, "proj", channels, 8 * channels, model::Bias::Present),
      model::load_linear(source, "out", 4 * channels, channels, model::Bias::Present)};
  const at::Tensor x = noise({1, kMapSide * kMapSide, channels});
  const double flop = 36.0 * channels * channels * kMapSide * kMapSide;
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

void time_attention(KernelTimer& timer, const std::string& kernel, int channels, int heads,
                    int crops, int tokens) {
  const int width = channels / heads;
  const auto split = [&] { return noise({crops, tokens, heads, width}).permute({0, 2, 1, 3}); };
  const at::Tensor q = split();
  const at::Tensor k = split();
  const double flop = 4.0 * channels * crops * tokens * tokens;
  timer.time(kernel, channels, flop, [&] { model::attend(q, k, k, model::LogSumExp::Skip); });
}

void time_level(KernelTimer& timer, const ModelOutline& model, std::size_t level) {
  const int channels = model.unet_widths[level];
  time_conv(timer, "conv", channels, model.norm_groups, kMapSide, 1);
  time_conv(timer, "dilated_conv", channels, model.norm_groups, kMapSide, 2);
  if (model.transformer_depths[level] == 0) return;
  const int heads = model.head_counts[level];
  time_linear(timer, channels);
  time_attention(timer, "attention", channels, heads, 1, kMapSide * kMapSide);
  time_attention(timer, "local_attention", channels, heads, kCrops, kCropSide * kCropSide);
}

}  // namespace

std::vector<KernelTiming> time_kernels(const ModelOutline& model, const KernelBench& bench) {
  const c10::InferenceMode inference;
  at::set_num_threads(bench.threads);
  KernelTimer timer(bench);
  // Levels from the deepest on: of two of one width it is the one more likely to have attention.
  std::set<int> widths;
  for (std::size_t level = model.unet_widths.size(); level-- > 0;) {
    if (widths.insert(model.unet_widths[level]).second) time_level(timer, model, level);
  }
  const std::set<int> vae_widths(model.vae_widths.begin(), model.vae_widths.end());
  for (const int channels : vae_widths) {
    time_conv(timer, "vae_conv", channels, std::min(model.norm_groups, channels), kVaeSide, 1);
  }
  return std::move(timer).timings();
}

}  // namespace tessera::worker
