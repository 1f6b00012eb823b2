#pragma once

#include "coordinator/unet_layers.h"
#include "partition/extent.h"
#include "partition/row_range.h"
#include "worker/stage_plan.h"

namespace tessera::coordinator {

/// FLOP of U-Net layers for one batch element (docs/algorithms.md, "Cost model"; FLOP = 2
/// multiply-adds). Embeddings, norms and activations are left out.
struct UnetFlop {
  double conv = 0;
  double dilated_conv = 0;  ///< the part of `conv` in layers of restrained dilation
  double linear = 0;        ///< projections of attention, feed-forward, proj_in and proj_out
  double cross_scores = 0;
  double local_attention = 0;
  double global_attention = 0;
  double blur = 0;
  double channel_blur = 0;  ///< the extra product T W_o of a blur along the channel axis

  double total() const {
    return conv + linear + cross_scores + local_attention + global_attention + blur + channel_blur;
  }
  UnetFlop& operator+=(const UnetFlop& other);
};
UnetFlop operator*(double factor, const UnetFlop& flop);

/// What the strip that holds `own` latent rows computes of one layer. Over the strips of a stage it
/// adds up to the whole canvas; crops are counted unshifted.
/// \param base  pixels the network was trained for.
UnetFlop layer_flop(const UnetLayer& layer, const worker::StagePlan& stage, partition::Extent base,
                    partition::RowRange own);

}  // namespace tessera::coordinator
