#pragma once

#include "model/unet/unet.h"
#include "model/video/video_unet.h"
#include "worker/clip_state.h"
#include "worker/random_source.h"
#include "worker/render_task.h"

namespace tessera::worker {

/// Asks the source for all that a render of the item will take from it, every noise without rows
/// and every shift of every step. So a replay file that lacks a tensor or holds a wrong one is
/// refused where a rank fails alone, and not inside a collective. \throws storage::DataError as
/// RandomSource does.
void check_replay(const RenderTask& task, const ItemTask& item, const RandomSource& random,
                  const model::Unet& unet);

/// The same for a clip, whose order of noise was read when its state was made.
void check_clip_replay(const RenderTask& task, const ClipState& clip, const model::VideoUnet& unet);

}  // namespace tessera::worker
