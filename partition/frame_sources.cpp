#include "partition/frame_sources.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include "partition/philox.h"

namespace tessera::partition {
namespace {

/// 0 .. count - 1 in an order that depends on seed and frame alone.
std::vector<int> shuffled(int count, int frame, std::uint64_t seed) {
  std::vector<int> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  const std::uint32_t purpose = purpose_word(NoisePurpose::FramePermutation, 0, 0);
  for (int draw = count - 1; draw > 0; --draw) {
    const PhiloxCounter words = philox4x32(
        {static_cast<std::uint32_t>(frame), static_cast<std::uint32_t>(draw), 0, purpose},
        philox_key(seed));
    const auto place = std::uint64_t{words[0]} * static_cast<std::uint64_t>(draw + 1) >> 32;
    std::swap(order[static_cast<std::size_t>(draw)], order[place]);
  }
  return order;
}

std::vector<int> first_window(int frames, WindowRule rule) {
  std::vector<int> sources(static_cast<std::size_t>(std::min(frames, rule.window)));
  std::iota(sources.begin(), sources.end(), 0);
  return sources;
}

}  // namespace

std::vector<int> keyed_frame_sources(int frames, WindowRule rule, std::uint64_t seed) {
  std::vector<int> sources = first_window(frames, rule);
  for (int frame = rule.window; frame < frames; frame += rule.stride) {
    const std::vector<int> order = shuffled(rule.stride, frame, seed);
    for (int k = 0; k < std::min(rule.stride, frames - frame); ++k) {
      const int before = frame - rule.window + order[static_cast<std::size_t>(k)];
      sources.push_back(sources[static_cast<std::size_t>(before)]);
    }
  }
  return sources;
}

std::vector<int> recorded_frame_sources(int frames, WindowRule rule, std::span<const int> table) {
  std::vector<int> sources = first_window(frames, rule);
  if (table.size() != static_cast<std::size_t>(frames) - sources.size()) {
    throw std::invalid_argument("a frame permutation of " + std::to_string(table.size()) +
                                " entries, expected " +
                                std::to_string(frames - static_cast<int>(sources.size())));
  }
  for (int frame = rule.window; frame < frames; ++frame) {
    const int before = table[static_cast<std::size_t>(frame - rule.window)];
    const int first = (frame - rule.window) / rule.stride * rule.stride;
    if (before < first || before >= first + rule.stride) {
      throw std::invalid_argument("frame " + std::to_string(frame) + " takes the noise of frame " +
                                  std::to_string(before) + ", expected " + std::to_string(first) +
                                  " to " + std::to_string(first + rule.stride - 1));
    }
    sources.push_back(sources[static_cast<std::size_t>(before)]);
  }
  return sources;
}

}  // namespace tessera::partition
