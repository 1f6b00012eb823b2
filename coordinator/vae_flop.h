#pragma once

#include <map>

#include "worker/model_outline.h"
#include "worker/stage_plan.h"

namespace tessera::coordinator {

/// FLOP of the autoencoder on a stage's canvas: once over the whole canvas, or over every
/// overlapping tile, as the stage plans it. Norms and activations are left out.
struct VaeFlop {
  /// Convolutions whose narrower side has so many channels.
  struct Conv {
    double flop = 0;
    int calls = 0;

    bool operator==(const Conv&) const = default;
  };

  std::map<int, Conv> convs;  ///< by channels
  double attention = 0;       ///< scores and values of the middle block
  int attention_calls = 0;

  double conv() const;
  double total() const { return conv() + attention; }
  VaeFlop& operator+=(const VaeFlop& other);
  bool operator==(const VaeFlop&) const = default;
};
VaeFlop vae_decode_flop(const worker::ModelOutline& model, const worker::StagePlan& stage);
VaeFlop vae_encode_flop(const worker::ModelOutline& model, const worker::StagePlan& stage);

/// Weights of encoder and decoder, without biases and norms.
double vae_weights(const worker::ModelOutline& model);

}  // namespace tessera::coordinator
