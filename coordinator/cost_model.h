#pragma once

#include "coordinator/stage_forecast.h"
#include "partition/extent.h"
#include "worker/model_outline.h"
#include "worker/render_task.h"

namespace tessera::coordinator {

/// FLOP of one U-Net call on the whole canvas, one batch element (docs/algorithms.md, "Cost model";
/// FLOP = 2 multiply-adds). Embeddings, norms and activations are left out.
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
};

/// Counted from the layer list of the outline and the crops of the stage.
/// \param base  pixels the network was trained for.
UnetFlop unet_flop(const worker::ModelOutline& model, const worker::StagePlan& stage,
                   partition::Extent base);

/// What a stage of the task costs. Needs the task's stages, base, sampling and grid.
///
/// Memory is fp32 and of the rank with the tallest strip: weights of the U-Net and the autoencoder,
/// plus the larger of two peaks. U-Net: the skip stack, 2.5 maps of its widest concatenation and
/// the gathered keys and values of one layer. Autoencoder: 2.5 maps of the decoder's last block.
StageForecast forecast_stage(const worker::ModelOutline& model, const worker::RenderTask& task,
                             int stage);

}  // namespace tessera::coordinator
