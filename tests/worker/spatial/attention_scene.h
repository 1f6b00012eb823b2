#pragma once

#include <string>
#include <vector>

#include "tests/worker/spatial/strip_scene.h"
#include "worker/spatial/scale_fused_attention.h"

namespace tessera::testing {

/// A stage whose self-attention is scale fused, and the level of the map that it is applied to.
struct AttentionScene {
  std::string name;
  worker::StagePlan plan;
  partition::Extent map;
};

inline constexpr int kAttentionChannels = 32;
inline constexpr int kAttentionHeads = 2;
/// Pixels of the base size: 16 tokens on the first level below the latent.
inline constexpr partition::Extent kAttentionBase{256, 256};

AttentionScene paper_attention();     ///< oblong, 17 blocks: crops clipped at the border
AttentionScene official_attention();  ///< null keys, blur over the channel index too
AttentionScene fast_attention();      ///< 4 x 3 phases of unequal size
AttentionScene plain_attention();     ///< no scale fusion
std::vector<AttentionScene> attention_scenes();

/// Attention of structured tokens [2, rows x cols, C], which hold the whole map, by the ranks of
/// `group`; returns the rows of this rank, [2, C, rows, cols].
at::Tensor run_attention(const AttentionScene& scene, const StripScene& strips,
                         const worker::StripGroup& group, const worker::RandomSource& random,
                         std::int64_t crop_batch_bytes = 64 << 20);

/// What run_attention is applied to, [2, C, rows, cols]: ramps, a hot row, a bright half, a wave.
at::Tensor attention_input(partition::Extent map);
model::AttentionSite attention_site();

}  // namespace tessera::testing
