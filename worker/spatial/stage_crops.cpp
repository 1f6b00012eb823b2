#include "worker/spatial/stage_crops.h"

namespace tessera::worker {
namespace {

/// The level whose maps have this many columns.
int level_of(partition::Extent latent, int map_cols) {
  int level = 0;
  while ((map_cols << level) < latent.cols) ++level;
  return level;
}

}  // namespace

partition::CropGrid stage_crops(const StagePlan& stage, partition::Extent base,
                                partition::Extent map) {
  if (stage.crop_rule == CropRule::Official) {
    return partition::official_crops(stage.image, map, base.cols);
  }
  return partition::paper_crops(map, base, level_of(stage.latent, map.cols), stage.crop_jitter);
}

}  // namespace tessera::worker
