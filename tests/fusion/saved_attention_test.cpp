// The self-attention that is computed (shared projections, clipped crops, null keys by the
// log-sum-exp identity, one blur of the difference before one output projection) against the
// literal definition of docs/algorithms.md: padded crops with their own projections, two blurs of
// projected maps.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "fusion/gaussian_kernel.h"
#include "fusion/low_pass.h"
#include "fusion/overlap_average.h"
#include "fusion/scale_fusion.h"
#include "partition/canonical_blocks.h"
#include "partition/crop_grid.h"
#include "partition/crop_jitter.h"
#include "partition/crop_ownership.h"
#include "partition/row_transfer.h"
#include "partition/strip_layout.h"

namespace tessera::fusion {
namespace {

using partition::CropGrid;
using partition::CropShare;
using partition::CropShift;
using partition::Rect;
using partition::RowRange;

constexpr int kHeads = 2;
constexpr int kHeadSize = 8;
constexpr int kChannels = kHeads * kHeadSize;

enum class Mode { Paper, Official };
enum class NullKeys { Counted, Forgotten };

struct Layer {
  at::Tensor w_q, w_k, w_v, w_out, bias;
};

Layer random_layer() {
  at::manual_seed(21);
  const auto matrix = [] { return at::randn({kChannels, kChannels}, at::kDouble) * 0.5; };
  return {matrix(), matrix(), matrix(), matrix(), at::randn({kChannels}, at::kDouble)};
}

struct Attention {
  at::Tensor values;  ///< [B, queries, C], heads side by side
  at::Tensor lse;     ///< [B, heads, queries]
};

at::Tensor by_head(const at::Tensor& x_BNC) {
  return x_BNC.view({x_BNC.size(0), x_BNC.size(1), kHeads, kHeadSize}).transpose(1, 2);
}

Attention attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  const at::Tensor scores =
      at::matmul(by_head(q), by_head(k).transpose(2, 3)) / std::sqrt(double{kHeadSize});
  const at::Tensor values = at::matmul(scores.softmax(3), by_head(v)).transpose(1, 2);
  return {values.reshape({q.size(0), q.size(1), kChannels}), at::logsumexp(scores, 3)};
}

at::Tensor cut(const at::Tensor& map, Rect where) {
  return map.narrow(1, where.row_begin, where.rows()).narrow(2, where.col_begin, where.cols());
}

at::Tensor tokens(const at::Tensor& map) {
  return map.reshape({map.size(0), map.size(1) * map.size(2), map.size(3)});
}

/// One input, its crops and its blur.
struct Scene {
  Mode mode = Mode::Paper;
  Layer layer;
  at::Tensor x_BHWC;
  CropGrid grid;
  std::vector<CropShift> shifts;
  std::vector<float> taps;
  NullKeys null_keys = NullKeys::Counted;

  int rows() const { return grid.rows.length; }
  int cols() const { return grid.cols.length; }
  BlurBorder border() const {
    return mode == Mode::Paper ? BlurBorder::Renormalised : BlurBorder::ZeroPadded;
  }
};

Scene make_scene(Mode mode) {
  const bool paper = mode == Mode::Paper;
  Scene scene;
  scene.mode = mode;
  scene.layer = random_layer();
  scene.taps = gaussian_taps(paper ? 3 : 1, 1.0);
  scene.grid = paper ? partition::paper_crops({26, 20}, {192, 192}, 1, 0.125)
                     : partition::official_crops({512, 512}, {32, 32}, 256);
  scene.shifts = partition::draw_jitter(scene.grid, {4, 1, 9, 3});
  scene.shifts.front() = {-scene.grid.rows.jitter_bound, -scene.grid.cols.jitter_bound};
  scene.x_BHWC = at::randn({2, scene.rows(), scene.cols(), kChannels}, at::kDouble);
  return scene;
}

/// A layer as a whole: projections, attention and output projection of the tokens given.
at::Tensor whole_layer(const Layer& layer, const at::Tensor& x_BNC) {
  const at::Tensor heads = attend(at::linear(x_BNC, layer.w_q), at::linear(x_BNC, layer.w_k),
                                  at::linear(x_BNC, layer.w_v))
                               .values;
  return at::linear(heads, layer.w_out, layer.bias);
}

/// Mean over crops of the whole layer; in `official` mode on the map padded by J zeros.
at::Tensor local_literally(const Scene& scene) {
  const std::int64_t pad_rows = scene.mode == Mode::Official ? scene.grid.rows.jitter_bound : 0;
  const std::int64_t pad_cols = scene.mode == Mode::Official ? scene.grid.cols.jitter_bound : 0;
  const at::Tensor padded =
      at::constant_pad_nd(scene.x_BHWC, {0, 0, pad_cols, pad_cols, pad_rows, pad_rows});
  at::Tensor sum = at::zeros_like(padded);
  at::Tensor hits = at::zeros({1, padded.size(1), padded.size(2), 1}, at::kDouble);
  for (int crop = 0; crop < scene.grid.count(); ++crop) {
    const CropShift shift = scene.shifts[static_cast<std::size_t>(crop)];
    Rect at = scene.grid.window(crop);
    at = {at.row_begin + shift.row + static_cast<int>(pad_rows),
          at.row_end + shift.row + static_cast<int>(pad_rows),
          at.col_begin + shift.col + static_cast<int>(pad_cols),
          at.col_end + shift.col + static_cast<int>(pad_cols)};
    at.row_begin = std::max(0, at.row_begin);
    at.col_begin = std::max(0, at.col_begin);
    at.row_end = std::min(static_cast<int>(padded.size(1)), at.row_end);
    at.col_end = std::min(static_cast<int>(padded.size(2)), at.col_end);
    const at::Tensor piece = cut(padded, at);
    cut(sum, at).add_(whole_layer(scene.layer, tokens(piece)).view(piece.sizes()));
    cut(hits, at).add_(1.0);
  }
  const at::Tensor mean = sum / hits;
  return mean.narrow(1, pad_rows, scene.rows()).narrow(2, pad_cols, scene.cols());
}

at::Tensor blur_literally(const Scene& scene, const at::Tensor& map) {
  const at::Tensor flat =
      low_pass(map, {0, scene.rows()}, {0, scene.rows()}, scene.rows(), scene.taps, scene.border());
  if (scene.mode == Mode::Paper) {
    return flat;
  }
  at::Tensor blurred = at::zeros_like(flat);  // the channel axis, zero padded
  const auto radius = static_cast<std::int64_t>(scene.taps.size() / 2);
  const at::Tensor padded = at::constant_pad_nd(flat, {radius, radius});
  for (std::int64_t j = 0; j <= 2 * radius; ++j) {
    blurred.add_(padded.narrow(3, j, kChannels),
                 static_cast<double>(scene.taps[static_cast<std::size_t>(j)]));
  }
  return blurred;
}

at::Tensor fused_literally(const Scene& scene) {
  const at::Tensor local = local_literally(scene);
  const at::Tensor global =
      whole_layer(scene.layer, tokens(scene.x_BHWC)).view(scene.x_BHWC.sizes());
  return blur_literally(scene, local) + global - blur_literally(scene, global);
}

/// Projections of the whole map, each computed once.
struct Projections {
  at::Tensor q, k, v;
};

Projections project(const Scene& scene) {
  return {at::linear(scene.x_BHWC, scene.layer.w_q), at::linear(scene.x_BHWC, scene.layer.w_k),
          at::linear(scene.x_BHWC, scene.layer.w_v)};
}

/// Head outputs of the local less those of the global branch on the rows of one strip.
at::Tensor difference_of_strip(const Scene& scene, const Projections& map, RowRange own,
                               at::Tensor& global) {
  OverlapAverage average(2, own, scene.cols(), kChannels);
  for (const CropShare& share : partition::crops_of_strip(scene.grid, scene.shifts, own)) {
    Rect where = share.window;
    where.row_begin = share.query_rows.begin;
    where.row_end = share.query_rows.end;
    const Attention crop = attend(tokens(cut(map.q, where)), tokens(cut(map.k, share.window)),
                                  tokens(cut(map.v, share.window)));
    at::Tensor values = crop.values;
    if (scene.mode == Mode::Official && scene.null_keys == NullKeys::Counted &&
        share.outside_tokens > 0) {
      const at::Tensor kept = at::sigmoid(crop.lse - std::log(double(share.outside_tokens)));
      values = values * kept.transpose(1, 2).repeat_interleave(kHeadSize, 2);
    }
    average.add(where, values.view({2, where.rows(), where.cols(), kChannels}));
  }
  const Rect strip{own.begin, own.end, 0, scene.cols()};
  global = attend(tokens(cut(map.q, strip)), tokens(map.k), tokens(map.v))
               .values.view({2, own.rows(), scene.cols(), kChannels});
  return average.finish() - global;
}

at::Tensor fused_by_strips(const Scene& scene, int strips) {
  const Projections map = project(scene);
  const auto layout = partition::make_strips(partition::canonical_blocks(scene.rows(), 1), strips);
  std::vector<at::Tensor> globals(static_cast<std::size_t>(strips));
  std::vector<at::Tensor> differences;
  for (int s = 0; s < strips; ++s) {
    differences.push_back(
        difference_of_strip(scene, map, layout.rows(s), globals[static_cast<std::size_t>(s)]));
  }
  const at::Tensor difference = at::cat(differences, 1);
  const int radius = static_cast<int>(scene.taps.size()) / 2;
  const at::Tensor w_blurred = scene.mode == Mode::Official
                                   ? fold_channel_blur(scene.layer.w_out, scene.taps)
                                   : scene.layer.w_out;
  std::vector<at::Tensor> outputs;
  for (int s = 0; s < strips; ++s) {
    const RowRange own = layout.rows(s);
    const RowRange held = partition::with_halo(own, radius, radius, scene.rows());
    const at::Tensor blurred = low_pass(difference.narrow(1, held.begin, held.rows()), held, own,
                                        scene.rows(), scene.taps, scene.border());
    outputs.push_back(
        at::linear(globals[static_cast<std::size_t>(s)], scene.layer.w_out, scene.layer.bias) +
        at::linear(blurred, w_blurred));
  }
  return at::cat(outputs, 1);
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

class SavedAttention : public testing::TestWithParam<Mode> {};

TEST_P(SavedAttention, EqualsTheLiteralDefinitionWithJitterAndBordersOnAnyNumberOfStrips) {
  const Scene scene = make_scene(GetParam());
  const at::Tensor literal = fused_literally(scene);
  for (const int strips : {1, 2, 5}) {
    EXPECT_LE(largest_difference(fused_by_strips(scene, strips), literal), 1e-13) << strips;
  }
}

TEST_P(SavedAttention, OtherJitterGivesAnotherResult) {
  Scene scene = make_scene(GetParam());
  const at::Tensor literal = fused_literally(scene);
  scene.shifts = partition::draw_jitter(scene.grid, {4, 1, 9, 4});
  EXPECT_GT(largest_difference(fused_by_strips(scene, 1), literal), 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Modes, SavedAttention, testing::Values(Mode::Paper, Mode::Official),
                         [](const auto& given) {
                           return std::string(given.param == Mode::Paper ? "Paper" : "Official");
                         });

TEST(SavedAttention, ForgottenNullKeysGiveAnotherResultInOfficialMode) {
  Scene scene = make_scene(Mode::Official);
  const at::Tensor literal = fused_literally(scene);
  scene.null_keys = NullKeys::Forgotten;
  EXPECT_GT(largest_difference(fused_by_strips(scene, 1), literal), 1e-3);
}

}  // namespace
}  // namespace tessera::fusion
