#pragma once

#include "worker/clip_state.h"
#include "worker/stage_groups.h"
#include "worker/stage_snapshot.h"
#include "worker/stage_start.h"

namespace tessera::worker {

/// The first stage of a clip: noise, rescheduled over the frames (FreeNoise). Local.
StageStart start_clip(const StagePlan& plan, const StageGroups& groups, const ClipState& clip);

/// A further stage (docs/algorithms.md, "Clips"): z_up = the last latents of the stage below,
/// resized in latent space frame by frame; x = sqrt(a) s z_up + sqrt(1 - a) n' at the level of its
/// first step. All ranks call it; the rows that a rank's taps touch travel once.
/// \param latents  the rank's strip of the stage below, or undefined where it has none.
StageStart start_clip_above(const StagePlan& plan, const StagePlan& below,
                            const at::Tensor& latents, const StageGroups& groups,
                            const ClipState& clip);

/// A stage that goes on from a snapshot instead of what comes before it. Local.
/// \throws storage::DataError if the snapshot does not fit the stage.
StageStart restored_clip(const StagePlan& plan, const StageSnapshot& snapshot,
                         const StageGroups& groups, const ClipState& clip);

}  // namespace tessera::worker
