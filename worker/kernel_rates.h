#pragma once

#include <string>
#include <vector>

#include "worker/model_outline.h"

namespace tessera::worker {

/// One kind of layer at one width, as this rank's device runs it.
struct KernelTiming {
  std::string kernel;  ///< conv, dilated_conv, linear, attention, local_attention, fusion, vae_conv
  int channels = 0;
  double flop = 0;              ///< of one call, counted as coordinator::layer_flop does
  std::vector<double> seconds;  ///< one per repeat
};

struct KernelBench {
  int threads = 1;
  int warmup = 1;
  int repeats = 5;
};

/// Times the layers that the networks of the outline consist of, norms and activations that run in
/// the same pass included, on random maps of two fixed sizes. Local; torch-free face.
std::vector<KernelTiming> time_kernels(const ModelOutline& model, const KernelBench& bench);

}  // namespace tessera::worker
