#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "partition/crop_ownership.h"
#include "worker/stage_plan.h"

namespace tessera::worker {

/// Maps of one self-attention: the strip's queries and the canvas's keys and values.
struct AttentionMaps {
  at::Tensor q_BHWC;         ///< rows of the strip
  at::Tensor kv_BHWC;        ///< [k | v] of the whole map, 2 C channels
  partition::RowRange rows;  ///< the strip's rows on the map
  int heads = 1;
};

struct CropAttentionOptions {
  BorderTokens border_tokens = BorderTokens::Clip;
  std::int64_t batch_bytes = 64 << 20;
};

/// Mean over the crops that hold a token of the attention inside each crop, before the output
/// projection, for the strip's rows: [B, rows, W, C].
///
/// Crops of equal shape share a kernel call; results are summed in crop order, which does not
/// depend on the strips. With BorderTokens::NullKeys the p tokens of a crop outside the canvas take
/// part with score 0 and value 0: outputs are multiplied by sigmoid(lse - ln p)
/// (docs/algorithms.md, "Null keys").
at::Tensor attend_crops(const AttentionMaps& maps, const std::vector<partition::CropShare>& crops,
                        const CropAttentionOptions& options);

}  // namespace tessera::worker
