#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "partition/frame_windows.h"

namespace tessera::partition {

/// FreeNoise's rescheduled noise (arXiv 2310.15169): for every frame of a clip the frame whose
/// noise it has, one of the first window. Frames [f, f + stride) beyond the window have, in random
/// order, the noise of frames [f - window, f - window + stride). A clip may go on for ever: a frame
/// does not depend on how many follow.
///
/// The order is keyed by seed and frame: a Fisher-Yates shuffle, where draw d (from the last place
/// down) swaps with place floor(x (d + 1) / 2^32), x word 0 of the Philox block at
/// (f, d, 0, purpose 6).
/// \param frames  any number. \return `frames` values below rule.window.
std::vector<int> keyed_frame_sources(int frames, WindowRule rule, std::uint64_t seed);

/// The same from a recorded table: entry k of it is the frame, among those before, whose noise
/// frame rule.window + k has.
/// \throws std::invalid_argument for a table of another length, or an entry outside
///         [f - window, f - window + stride).
std::vector<int> recorded_frame_sources(int frames, WindowRule rule, std::span<const int> table);

}  // namespace tessera::partition
