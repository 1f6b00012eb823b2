#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "model/spatial_ops.h"
#include "worker/random_source.h"
#include "worker/spatial/strip_group.h"
#include "worker/stage_plan.h"

namespace tessera::worker {

/// Sees the crops of one self-attention at one step, the same on every rank.
using CropObserver =
    std::function<void(const model::AttentionSite& site, const partition::CropGrid& grid,
                       const std::vector<partition::CropShift>& shifts)>;

/// Self-attention of one stage over the rows of one strip: plain, or FreeScale's scale fusion
/// (docs/algorithms.md, "Scale-fused self-attention").
///
/// y = W_o (a_g + G(a_l - a_g)) + b_o, with a_g the attention over the whole canvas (or, in fast
/// mode, over interleaved phases), a_l the mean over the shifted crops that hold a token, and G a
/// Gaussian low pass: one projection and one blur. Per layer and rank: one all-gather of [k | v]
/// (2 T C elements in all) and one halo of R rows; queries and outputs never travel.
class ScaleFusedAttention {
 public:
  struct Settings {
    StagePlan stage;
    partition::Extent base;         ///< pixels
    std::int64_t crop_batch_bytes;  ///< keys and values of crops attended in one call
    CropObserver observe_crops = {};
  };

  /// The referenced objects outlive this one.
  ScaleFusedAttention(const StripGroup& group, Settings settings, const RandomSource* random);

  /// Tokens x_BNC of the strip's rows (normalised); all members of the group call it in the same
  /// order. site.map holds the strip's rows and the columns of the map.
  at::Tensor operator()(const at::Tensor& x_BNC, const model::AttentionWeights& weights,
                        const model::AttentionSite& site, const model::StepContext& step);

 private:
  struct Canvas;  // the strip's queries, and the keys and values of the whole map
  at::Tensor gather_kv(const at::Tensor& kv_BNC, const Canvas& canvas) const;
  at::Tensor global_branch(const Canvas& canvas) const;
  at::Tensor interleaved_branch(const Canvas& canvas) const;
  at::Tensor local_branch(const Canvas& canvas, const model::AttentionSite& site, int step) const;
  at::Tensor blur(const at::Tensor& difference_BHWC, const Canvas& canvas) const;
  at::Tensor project(const at::Tensor& global_BHWC, const at::Tensor& blurred_BHWC,
                     const model::AttentionWeights& weights, int layer);

  const StripGroup* group_;
  Settings settings_;
  const RandomSource* random_;
  std::vector<float> taps_;
  std::vector<at::Tensor> folded_;  ///< T W_o per layer (`official` blur), filled at first use
};

}  // namespace tessera::worker
