#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "comm/communicator.h"
#include "partition/row_range.h"
#include "worker/worker.h"

namespace tessera::worker {

/// What a picture is of.
struct PicturePlace {
  int item = 0;
  int stage = 0;
  int frame = 0;  ///< of a clip
};

/// Streams a picture to rank 0 in bands, top to bottom: float RGB x / 2 + 0.5, clamped to [0, 1].
/// All ranks call it; rank 0 never holds more than one band of others.
/// \param image  the rank's rows around [-1, 1], [1, 3, rows, cols]; \param owned  rows per rank.
void stream_picture(comm::Communicator& comm, const at::Tensor& image,
                    const std::vector<partition::RowRange>& owned, PicturePlace place,
                    const PictureRows& deliver);

}  // namespace tessera::worker
