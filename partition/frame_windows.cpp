#include "partition/frame_windows.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace tessera::partition {

int FrameWindow::weight(int index) const { return std::min(index + 1, frames() - index); }

std::vector<FrameWindow> frame_windows(int frames, WindowRule rule) {
  if (frames < 1 || rule.window < 1 || rule.stride < 1 || rule.stride > rule.window) {
    throw std::invalid_argument("no windows of " + std::to_string(rule.window) +
                                " frames at stride " + std::to_string(rule.stride) + " cover " +
                                std::to_string(frames) + " frames");
  }
  if (frames <= rule.window) return {{0, frames}};
  if ((frames - rule.window) % rule.stride != 0) {
    throw std::invalid_argument("a clip of " + std::to_string(frames) + " frames is not " +
                                std::to_string(rule.window) + " and a multiple of " +
                                std::to_string(rule.stride));
  }
  std::vector<FrameWindow> windows;
  for (int begin = 0; begin + rule.window <= frames; begin += rule.stride) {
    windows.push_back({begin, begin + rule.window});
  }
  return windows;
}

}  // namespace tessera::partition
