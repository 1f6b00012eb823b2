#pragma once

#include <ATen/core/Tensor.h>

#include "partition/row_range.h"
#include "storage/checkpoint_data.h"
#include "worker/stage_groups.h"
#include "worker/stage_plan.h"

namespace tessera::worker {

/// A map that is spread over the strips of a stage, whole on rank 0 and empty elsewhere. All ranks
/// call it; those without a strip pass an undefined tensor.
/// \param strip  the rank's rows, [1, C, rows, W], of a clip [T, C, rows, W]; fp16 widens to fp32,
/// which loses nothing.
storage::CheckpointArray gather_canvas(const StageGroups& groups, const StagePlan& plan,
                                       const at::Tensor& strip);

/// Rows of a stored canvas, [frames, 4, rows, W]. Local. \param frames  1 for pictures.
/// \throws storage::DataError if its shape is not [frames, 4, h, w] of the stage.
at::Tensor canvas_rows(const storage::CheckpointArray& canvas, const StagePlan& plan,
                       partition::RowRange rows, int frames = 1);

}  // namespace tessera::worker
