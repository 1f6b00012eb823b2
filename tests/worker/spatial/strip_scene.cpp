#include "tests/worker/spatial/strip_scene.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "partition/canonical_blocks.h"
#include "partition/strip_layout.h"

namespace tessera::testing {

using partition::RowRange;

namespace {

at::Tensor hot_row(at::IntArrayRef shape, std::int64_t row) {
  at::Tensor map = at::zeros(shape, at::kFloat);
  map.select(2, row).fill_(1.0);
  return map;
}

}  // namespace

StripScene::StripScene(comm::Communicator& world, partition::Extent latent, int grain_rows)
    : gathers_(world.split(0, world.rank())), halos_(world.split(0, world.rank())) {
  const auto blocks = partition::canonical_blocks(latent.rows, grain_rows);
  const auto layout = partition::make_strips(blocks, world.size());
  strips_ = {gathers_.get(), halos_.get(), latent, {layout.all().begin(), layout.all().end()},
             blocks,         world.rank()};
  whole_ = {&solo_, &solo_, latent, {{0, latent.rows}}, blocks, 0};
}

at::Tensor StripScene::strip_of(const at::Tensor& map) const {
  const auto rows = static_cast<int>(map.size(2));
  const RowRange own = strips_.own();
  const RowRange on_map = rows >= strips_.latent.rows ? scale_up(own, rows / strips_.latent.rows)
                                                      : scale_down(own, strips_.latent.rows / rows);
  return map.narrow(2, on_map.begin, on_map.rows());
}

worker::StripSpatialOps strip_ops(const worker::StripGroup& group) {
  return {group, worker::ScaleFusedAttention(group, {worker::StagePlan{}, {}, 0}, nullptr)};
}

std::vector<partition::Extent> scene_canvases() { return {{136, 20}, {32, 48}}; }

at::Tensor structured_maps(const worker::StripGroup& group, int channels, partition::Extent map) {
  const std::vector<std::int64_t> shape{1, channels, map.rows, map.cols};
  const at::Tensor down = at::arange(map.rows, at::kFloat).view({1, 1, -1, 1}) / map.rows;
  const at::Tensor across = at::arange(map.cols, at::kFloat).view({1, 1, 1, -1}) / map.cols;
  at::Tensor bright = at::zeros(shape, at::kFloat);
  bright.narrow(2, map.rows / 2, map.rows - map.rows / 2).fill_(1.0);
  std::vector<at::Tensor> maps{down.expand(shape),
                               across.expand(shape),
                               bright,
                               wave(shape, 1, 1.0 / 300) + 1.0,
                               wave(shape, 2, 1.0),
                               hot_row(shape, 0),
                               hot_row(shape, map.rows - 1)};
  for (const RowRange strip : worker::rows_on_map(group.owned, map.cols, group.latent)) {
    if (strip.begin == 0) continue;
    maps.push_back(hot_row(shape, strip.begin));
    maps.push_back(hot_row(shape, strip.begin - 1));
  }
  return at::cat(maps, 0).contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor wave(std::vector<std::int64_t> shape, int seed, double scale) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  const at::Tensor index = at::arange(count, at::kDouble) + 1.0 + 1000.0 * seed;
  // Fractional parts of a quickly growing phase, uniform in [-1, 1): deviation 1 / sqrt(3).
  const at::Tensor phase = at::sin(index * 12.9898) * 43758.5453;
  const at::Tensor values = (phase - at::floor(phase)) * 2.0 - 1.0;
  return (values * (scale * std::sqrt(3.0))).to(at::kFloat).view(shape);
}

model::ConvWeights wave_conv(int in, int out, int kernel) {
  const double scale = 1.0 / std::sqrt(static_cast<double>(in * kernel * kernel));
  return {wave({out, in, kernel, kernel}, 3, scale).contiguous(at::MemoryFormat::ChannelsLast),
          wave({out}, 4, 0.1)};
}

model::LinearWeights wave_linear(int in, int out, int seed, model::Bias bias) {
  return {wave({out, in}, seed, 1.0 / std::sqrt(static_cast<double>(in))),
          bias == model::Bias::Present ? wave({out}, seed + 1, 0.1) : at::Tensor()};
}

model::AttentionWeights wave_attention(int channels) {
  return {wave_linear(channels, channels, 5, model::Bias::None),
          wave_linear(channels, 2 * channels, 6, model::Bias::None),
          wave_linear(channels, channels, 7, model::Bias::Present)};
}

void expect_same_bits(const at::Tensor& actual, const at::Tensor& expected,
                      const std::string& what) {
  ASSERT_EQ(actual.sizes(), expected.sizes()) << what;
  const at::Tensor a = actual.contiguous();
  const at::Tensor b = expected.contiguous();
  if (std::memcmp(a.const_data_ptr(), b.const_data_ptr(), a.nbytes()) == 0) return;
  const at::Tensor differs = (a != b).any(-1).nonzero();
  ADD_FAILURE() << what << ": " << differs.size(0) << " rows differ by up to "
                << (a - b).abs().max().item<double>() << ", the first at " << differs[0];
}

double relative_difference(const at::Tensor& actual, const at::Tensor& expected) {
  const at::Tensor reference = expected.to(at::kDouble);
  const at::Tensor difference = (actual.to(at::kDouble) - reference).abs().max();
  return difference.item<double>() / std::max(1e-300, reference.abs().max().item<double>());
}

}  // namespace tessera::testing
