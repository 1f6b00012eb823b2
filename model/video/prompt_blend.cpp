#include "model/video/prompt_blend.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace tessera::model {
namespace {

/// Steps in which the layout of the frames forms under the first prompt and moves to the second.
constexpr int kFirstBlendedStep = 5;
constexpr int kLastBlendedStep = 15;

}  // namespace

std::vector<float> second_prompt_shares(int frames) {
  const int held = 3 * frames / 8;
  const int between = frames - 2 * held;
  std::vector<float> shares(static_cast<std::size_t>(frames), 1.0F);
  for (int frame = 0; frame < held + between; ++frame) {
    const int place = std::max(0, frame - held);
    shares[static_cast<std::size_t>(frame)] =
        place == 0 ? 0.0F : static_cast<float>(place) / static_cast<float>(between - 1);
  }
  return shares;
}

at::Tensor blend_contexts(const at::Tensor& first_1NC, const at::Tensor& second_1NC,
                          const std::vector<float>& shares) {
  std::vector<at::Tensor> frames;
  for (const float share : shares) {
    frames.push_back(first_1NC * (1 - share) + second_1NC * share);
  }
  return at::cat(frames, 0);
}

std::vector<KeyValue> two_prompt_cross(const std::vector<KeyValue>& blended,
                                       const std::vector<KeyValue>& second, std::size_t before_up,
                                       int step) {
  std::vector<KeyValue> cross = blended;
  if (step >= kFirstBlendedStep && step <= kLastBlendedStep) return cross;
  std::copy_n(second.begin(), before_up, cross.begin());
  return cross;
}

}  // namespace tessera::model
