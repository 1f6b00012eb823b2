#pragma once

#include <ATen/core/Tensor.h>

#include "partition/row_range.h"
#include "storage/checkpoint_data.h"
#include "worker/stage_groups.h"
#include "worker/stage_plan.h"

namespace tessera::worker {

/// A map that is spread over the strips of a stage, whole on rank 0 and empty elsewhere. All ranks
/// call it; those without a strip pass an undefined tensor.
/// \param strip  the rank's rows, [1, C, rows, W]; fp16 widens to fp32, which loses nothing.
storage::CheckpointArray gather_canvas(const StageGroups& groups, const StagePlan& plan,
                                       const at::Tensor& strip);

/// Rows of a stored canvas, [1, C, rows, W]. Local.
/// \throws storage::DataError if its shape is not [1, 4, h, w] of the stage.
at::Tensor canvas_rows(const storage::CheckpointArray& canvas, const StagePlan& plan,
                       partition::RowRange rows);

}  // namespace tessera::worker
