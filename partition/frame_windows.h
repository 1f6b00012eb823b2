#pragma once

#include <compare>
#include <vector>

namespace tessera::partition {

/// Frames [begin, end) of a clip that attend to each other (FreeNoise, arXiv 2310.15169).
struct FrameWindow {
  int begin = 0;
  int end = 0;

  auto operator<=>(const FrameWindow&) const = default;
  int frames() const { return end - begin; }
  /// Weight of the window's frame `index` in the mean over windows: 1, 2, ... up to the middle and
  /// down to 1 again.
  int weight(int index) const;
};

/// How long clips are cut for temporal attention.
struct WindowRule {
  int window = 16;  ///< frames, the length that the network was trained for
  int stride = 4;
};

/// Windows [stride k, stride k + window) of a clip; one window if it is no longer than that.
/// \throws std::invalid_argument unless the frames beyond the first window are a multiple of the
///         stride.
std::vector<FrameWindow> frame_windows(int frames, WindowRule rule);

}  // namespace tessera::partition
