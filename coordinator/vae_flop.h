#pragma once

#include "worker/model_outline.h"
#include "worker/stage_plan.h"

namespace tessera::coordinator {

/// FLOP of the autoencoder on a stage's canvas: once over the whole canvas, or over every
/// overlapping tile, as the stage plans it. Norms and activations are left out.
struct VaeFlop {
  double conv = 0;
  double attention = 0;  ///< scores and values of the middle block

  double total() const { return conv + attention; }
  bool operator==(const VaeFlop&) const = default;
};
VaeFlop vae_decode_flop(const worker::ModelOutline& model, const worker::StagePlan& stage);
VaeFlop vae_encode_flop(const worker::ModelOutline& model, const worker::StagePlan& stage);

/// Weights of encoder and decoder, without biases and norms.
double vae_weights(const worker::ModelOutline& model);

}  // namespace tessera::coordinator
