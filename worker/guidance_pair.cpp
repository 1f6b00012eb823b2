#include "worker/guidance_pair.h"

#include <ATen/ATen.h>

#include "worker/spatial/tensor_bytes.h"

namespace tessera::worker {

PredictionPair exchange_predictions(comm::Communicator& pair, const at::Tensor& mine) {
  const at::Tensor own = mine.contiguous();
  at::Tensor theirs = at::empty_like(own);
  const int peer = 1 - pair.rank();
  const comm::Send send{peer, bytes_of(own)};
  const comm::Receive receive{peer, mutable_bytes_of(theirs)};
  pair.exchange({&send, 1}, {&receive, 1});
  return pair.rank() == 0 ? PredictionPair{own, theirs} : PredictionPair{theirs, own};
}

}  // namespace tessera::worker
