#pragma once

#include "coordinator/layer_flop.h"
#include "coordinator/stage_forecast.h"
#include "partition/extent.h"
#include "worker/model_outline.h"
#include "worker/render_task.h"

namespace tessera::coordinator {

/// One U-Net call on the whole canvas, one batch element: the sum over the layers of the outline.
/// \param base  pixels the network was trained for.
UnetFlop unet_flop(const worker::ModelOutline& model, const worker::StagePlan& stage,
                   partition::Extent base);

/// Whether a stage begins by encoding a picture: that of the stage below, or an initial image.
bool encodes_image(const worker::RenderTask& task, int stage);

/// Bytes of a weight or an activation.
struct ValueBytes {
  int unet = 4;
  int vae = 4;
};

/// What a stage of the task costs. Needs the task's stages, base, sampling and grid.
///
/// Memory is of the rank with the tallest strip: weights of the U-Net and the autoencoder,
/// plus the larger of two peaks. U-Net: the skip stack, 2.5 maps of its widest concatenation and
/// the gathered keys and values of one layer. Autoencoder: 2.5 maps of the decoder's last block.
StageForecast forecast_stage(const worker::ModelOutline& model, const worker::RenderTask& task,
                             int stage, ValueBytes bytes = {});

}  // namespace tessera::coordinator
