#pragma once

#include "partition/crop_grid.h"
#include "worker/stage_plan.h"

namespace tessera::worker {

/// Crops of the self-attentions of a stage that see a map of this size.
/// \param base  pixels the network was trained for. \param map  rows and columns of the whole map.
partition::CropGrid stage_crops(const StagePlan& stage, partition::Extent base,
                                partition::Extent map);

}  // namespace tessera::worker
