#include "worker/spatial/scale_fused_attention.h"

#include <ATen/ATen.h>

#include "fusion/gaussian_kernel.h"
#include "fusion/low_pass.h"
#include "fusion/scale_fusion.h"
#include "model/layers/attention_kernel.h"
#include "model/layers/flop_meter.h"
#include "model/layers/linear.h"
#include "model/unet/transformer_block.h"
#include "partition/interleave.h"
#include "partition/row_transfer.h"
#include "worker/spatial/crop_attention.h"
#include "worker/spatial/row_exchange.h"
#include "worker/spatial/stage_crops.h"
#include "worker/spatial/tensor_bytes.h"

namespace tessera::worker {

using at::indexing::Slice;
using partition::RowRange;

struct ScaleFusedAttention::Canvas {
  AttentionMaps maps;
  partition::Extent map;  ///< whole map

  std::int64_t channels() const { return maps.q_BHWC.size(3); }
  std::int64_t batch() const { return maps.q_BHWC.size(0); }
};

namespace {

at::Tensor attend_tokens(const at::Tensor& q_BNC, const at::Tensor& kv_BNC, int heads) {
  const std::int64_t channels = q_BNC.size(2);
  const model::Attended attended = model::attend(
      model::split_heads(q_BNC, heads), model::split_heads(kv_BNC.narrow(2, 0, channels), heads),
      model::split_heads(kv_BNC.narrow(2, channels, channels), heads), model::LogSumExp::Skip);
  return model::join_heads(attended.out_BKND);
}

}  // namespace

ScaleFusedAttention::ScaleFusedAttention(const StripGroup& group, Settings settings,
                                         const RandomSource* random)
    : group_(&group), settings_(std::move(settings)), random_(random) {
  taps_ = fusion::gaussian_taps(settings_.stage.blur_radius, settings_.stage.blur_sigma);
}

at::Tensor ScaleFusedAttention::gather_kv(const at::Tensor& kv_BNC, const Canvas& canvas) const {
  const std::int64_t width = kv_BNC.size(2);
  const std::int64_t cols = canvas.map.cols;
  if (group_->alone()) return kv_BNC.view({canvas.batch(), canvas.map.rows, cols, width});
  const auto owned = rows_on_map(group_->owned, canvas.map.cols, group_->latent);
  int tallest = 0;
  for (const RowRange rows : owned) tallest = std::max(tallest, rows.rows());
  const std::int64_t own_tokens = canvas.maps.rows.rows() * cols;
  at::Tensor mine = at::empty({canvas.batch(), tallest * cols, width}, kv_BNC.options());
  mine.narrow(1, 0, own_tokens).copy_(kv_BNC);
  mine.narrow(1, own_tokens, mine.size(1) - own_tokens).zero_();
  at::Tensor all =
      at::empty({group_->size(), canvas.batch(), tallest, cols, width}, kv_BNC.options());
  group_->gathers->all_gather(bytes_of(mine), mutable_bytes_of(all));
  at::Tensor whole = at::empty({canvas.batch(), canvas.map.rows, cols, width}, kv_BNC.options());
  for (std::size_t member = 0; member < owned.size(); ++member) {
    whole.narrow(1, owned[member].begin, owned[member].rows())
        .copy_(all[static_cast<std::int64_t>(member)].narrow(1, 0, owned[member].rows()));
  }
  return whole;
}

at::Tensor ScaleFusedAttention::interleaved_branch(const Canvas& canvas) const {
  const partition::Extent phases = settings_.stage.phases;
  at::Tensor result = at::empty_like(canvas.maps.q_BHWC);
  for (int p = 0; p < phases.rows; ++p) {
    const partition::PhaseRows own = partition::phase_rows(canvas.maps.rows, p, phases.rows);
    if (own.count == 0) continue;
    const Slice rows(own.first - canvas.maps.rows.begin, at::indexing::None, phases.rows);
    for (int q = 0; q < phases.cols; ++q) {
      const Slice cols(q, at::indexing::None, phases.cols);
      const at::Tensor queries = canvas.maps.q_BHWC.index({Slice(), rows, cols});
      const at::Tensor keys =
          canvas.maps.kv_BHWC.index({Slice(), Slice(p, at::indexing::None, phases.rows), cols});
      const at::Tensor attended = attend_tokens(
          queries.reshape({canvas.batch(), -1, canvas.channels()}),
          keys.reshape({canvas.batch(), -1, 2 * canvas.channels()}), canvas.maps.heads);
      result.index_put_({Slice(), rows, cols}, attended.view(queries.sizes()));
    }
  }
  return result;
}

at::Tensor ScaleFusedAttention::global_branch(const Canvas& canvas) const {
  const StagePlan& stage = settings_.stage;
  const bool interleaved = stage.global_branch == partition::GlobalBranch::Interleaved &&
                           stage.self_attention == SelfAttention::ScaleFused;
  if (interleaved && stage.phases != partition::Extent{1, 1}) return interleaved_branch(canvas);
  const at::Tensor q = canvas.maps.q_BHWC.view({canvas.batch(), -1, canvas.channels()});
  const at::Tensor kv = canvas.maps.kv_BHWC.view({canvas.batch(), -1, 2 * canvas.channels()});
  return attend_tokens(q, kv, canvas.maps.heads).view(canvas.maps.q_BHWC.sizes());
}

at::Tensor ScaleFusedAttention::local_branch(const Canvas& canvas, const model::AttentionSite& site,
                                             int step) const {
  const StagePlan& stage = settings_.stage;
  const partition::CropGrid grid = stage_crops(stage, settings_.base, canvas.map);
  const auto shifts = random_->crop_shifts(grid, stage, step, site.layer, site.path);
  if (settings_.observe_crops) settings_.observe_crops(site, grid, shifts);
  const auto shares = partition::crops_of_strip(grid, shifts, canvas.maps.rows);
  return attend_crops(canvas.maps, shares, {stage.border_tokens, settings_.crop_batch_bytes});
}

at::Tensor ScaleFusedAttention::blur(const at::Tensor& difference_BHWC,
                                     const Canvas& canvas) const {
  const int radius = settings_.stage.blur_radius;
  const RowRange own = canvas.maps.rows;
  const RowRange held = partition::with_halo(own, radius, radius, canvas.map.rows);
  at::Tensor x = difference_BHWC;
  if (!group_->alone()) {
    const auto owned = rows_on_map(group_->owned, canvas.map.cols, group_->latent);
    std::vector<RowRange> wanted;
    for (const RowRange rows : owned) {
      wanted.push_back(partition::with_halo(rows, radius, radius, canvas.map.rows));
    }
    x = redistribute_rows(*group_->halos, x.permute({0, 3, 1, 2}), owned, wanted)
            .permute({0, 2, 3, 1});
  }
  const auto border = settings_.stage.blur_axes == BlurAxes::HeightWidth
                          ? fusion::BlurBorder::Renormalised
                          : fusion::BlurBorder::ZeroPadded;
  const double taps = 2.0 * radius + 1;
  model::count_flop(4 * taps * static_cast<double>(difference_BHWC.numel()));
  return fusion::low_pass(x, held, own, canvas.map.rows, taps_, border);
}

at::Tensor ScaleFusedAttention::project(const at::Tensor& global_BHWC,
                                        const at::Tensor& blurred_BHWC,
                                        const model::AttentionWeights& weights, int layer) {
  if (settings_.stage.blur_axes == BlurAxes::HeightWidth) {
    return model::linear(global_BHWC + blurred_BHWC, weights.out);
  }
  const auto index = static_cast<std::size_t>(layer);
  if (folded_.size() <= index) folded_.resize(index + 1);
  if (!folded_[index].defined()) {
    folded_[index] = fusion::fold_channel_blur(weights.out.weight, taps_);
  }
  return model::linear(global_BHWC, weights.out)
      .add_(model::linear(blurred_BHWC, {folded_[index], {}}));
}

at::Tensor ScaleFusedAttention::operator()(const at::Tensor& x_BNC,
                                           const model::AttentionWeights& weights,
                                           const model::AttentionSite& site,
                                           const model::StepContext& step) {
  const std::int64_t batch = x_BNC.size(0);
  const std::int64_t channels = x_BNC.size(2);
  Canvas canvas;
  canvas.map = {rows_on_map({0, group_->latent.rows}, site.map.cols, group_->latent).end,
                site.map.cols};
  canvas.maps.rows = rows_on_map(group_->own(), site.map.cols, group_->latent);
  canvas.maps.heads = site.heads;
  canvas.maps.q_BHWC =
      model::linear(x_BNC, weights.q).view({batch, site.map.rows, site.map.cols, channels});
  canvas.maps.kv_BHWC = gather_kv(model::linear(x_BNC, weights.kv), canvas);

  const at::Tensor global = global_branch(canvas);
  if (settings_.stage.self_attention == SelfAttention::Plain) {
    return model::linear(global, weights.out).view(x_BNC.sizes());
  }
  const at::Tensor local = local_branch(canvas, site, step.step);
  if (step.tap != nullptr) {
    step.show("attn1." + site.path + ".local", model::linear(local, weights.out),
              model::TapLayout::Grid);
    step.show("attn1." + site.path + ".global", model::linear(global, weights.out),
              model::TapLayout::Grid);
  }
  const at::Tensor blurred = blur(local - global, canvas);
  return project(global, blurred, weights, site.layer).view(x_BNC.sizes());
}

}  // namespace tessera::worker
