#pragma once

#include <ATen/core/Tensor.h>

#include "comm/communicator.h"

namespace tessera::worker {

/// The predictions for the same rows without and with the prompt.
struct PredictionPair {
  at::Tensor unconditional;
  at::Tensor conditional;
};

/// Both predictions on both ranks of a pair, of which rank 0 computed the unconditional one. Each
/// sends its own, so bytes = elements of one prediction x element size per rank.
/// \param pair  the two ranks of one strip. \param mine  of equal shape on both.
PredictionPair exchange_predictions(comm::Communicator& pair, const at::Tensor& mine);

}  // namespace tessera::worker
